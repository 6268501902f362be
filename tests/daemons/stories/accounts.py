#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""accounts.py FIRST-UID ACCOUNTS FIRST-PORT EACH: what accounts of a shared host get of each other's ports.

Each binds all of its own ports, then asks for all of its neighbour's, then for automatic ones, as long as it holds
its own. Prints how often each was granted, refused, or came out as somebody's port.
"""
import collections
import errno
import os
import socket
import sys

first_uid, accounts, first_port, each = map(int, sys.argv[1:])
claimed = range(first_port, first_port + accounts * each)


def bind(port, held):
    connection = socket.socket(socket.AF_INET6)
    held.append(connection)
    try:
        connection.bind(("::", port))
    except OSError as error:
        return errno.errorcode[error.errno]
    return connection.getsockname()[1]


def account(number):
    own = claimed[number * each : (number + 1) * each]
    other = (number + 1) % accounts
    neighbours = claimed[other * each : (other + 1) * each]
    os.setgroups([])
    os.setresgid(first_uid + number, first_uid + number, first_uid + number)
    os.setresuid(first_uid + number, first_uid + number, first_uid + number)
    held = []
    for port in own:
        yield "own granted" if bind(port, held) == port else "own refused"
    for port in neighbours:
        answer = bind(port, held)
        yield "neighbour's " + ("taken" if answer == port else answer)
    for _ in own:
        port = bind(0, held)
        yield "automatic, somebody's" if port in claimed else "automatic, nobody's"


counts = collections.Counter()
for number in range(accounts):
    reader, writer = os.pipe()
    if not os.fork():
        os.write(writer, "\n".join(account(number)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as words:
        counts.update(words.read().splitlines())
    os.wait()
for what, count in sorted(counts.items()):
    print(what, count)
