#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A web server: HTTP on the sockets that start_server hands it, and UDP ports of its own, which the generations share.

Each answers with the number of its generation; at SIGTERM it answers whom it has accepted, and ends.
"""
import os
import selectors
import signal
import socket

answer = f"generation {os.environ['SERVER_STARTER_GENERATION']}\n".encode()
selector = selectors.DefaultSelector()
ending = []


def serve(listener):
    connection = listener.accept()[0]
    with connection:
        while b"\r\n\r\n" not in connection.recv(4096):
            pass
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer))


def echo(connection):
    client = connection.recvfrom(4096)[1]
    connection.sendto(answer, client)


for part in os.environ["SERVER_STARTER_PORT"].split(";"):
    tcp = socket.socket(fileno=int(part.rpartition("=")[2]))
    tcp.settimeout(5)
    selector.register(tcp, selectors.EVENT_READ, serve)
for port in (80, 443):
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    udp.bind(("::", port))
    selector.register(udp, selectors.EVENT_READ, echo)
signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
while not ending:
    for key, _ in selector.select(0.2):
        try:
            key.data(key.fileobj)
        except TimeoutError:  # The other generation was faster.
            pass
