#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every port claimed: what it takes, whether it is listed and enforced, and that
# all of it is given back.
exec python3 -S - <<'END'
import errno, os, random, socket, subprocess, sys, time

PORT = "/dev/port"
RANGE = "/proc/sys/net/ipv4/ip_local_port_range"
REFERENCES = "/sys/module/portfs/refcnt"
ALICE, BOB = 1001, 1002
BYTES_A_RULE = 128
KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}

# A debug kernel pads what it allocates, and is slow. A rule more or less in the
# middle of a bitmap is the same to it, so it gets some everywhere.
debug = os.path.exists("/sys/kernel/debug/kmemleak")
ports = range(1, 65536)
if debug:
    ports = [*range(1, 2000), *range(2000, 65000, 37), *range(65000, 65536)]

number = failed = 0


def ok(good, name, *words):
    global number, failed
    number += 1
    failed += not good
    for word in words if not good else ():
        print("#", word)
    print("ok" if good else "not ok", number, "-", name, flush=True)


def skip(name, why):
    ok(True, f"{name} # SKIP {why}")


def node(protocol, port):
    return f"{PORT}/{protocol}/{port}"


def text_of(path):
    with open(path) as file:
        return file.read().strip()


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def xarray_nodes():
    """They count as reclaimable, but a table's cannot be reclaimed."""
    for line in text_of("/proc/slabinfo").splitlines():
        if line.startswith("radix_tree_node "):
            words = line.split()
            return int(words[-2]) * int(words[5]) * os.sysconf("SC_PAGESIZE")
    raise LookupError("no radix_tree_node in slabinfo")


def unreclaimable(enough=0):
    """Bytes; what is freed late is waited for, a bounded time."""
    least = sys.maxsize
    for _ in range(10):
        write("/proc/sys/vm/drop_caches", "3\n")
        fields = dict(line.split(":") for line in text_of("/proc/meminfo").splitlines())
        least = min(least, 1024 * int(fields["SUnreclaim"].split()[0]) + xarray_nodes())
        if least <= enough:
            break
        time.sleep(0.2)
    return least


def references_without_mount():
    for _ in range(600):
        found = int(text_of(REFERENCES))
        if not found:
            break
        time.sleep(0.1)
    return found


def bind(user, protocol, port, family=socket.AF_INET):
    """0 or the errno of a bind as a user."""
    with socket.socket(family, KINDS[protocol]) as s:
        os.seteuid(user)
        try:
            s.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
            return 0
        except OSError as error:
            return error.errno
        finally:
            os.seteuid(0)


def listed(protocol):
    return [int(name) for name in os.listdir(f"{PORT}/{protocol}")]


def main():
    os.setgroups([])
    before = unreclaimable()

    for protocol in KINDS:
        for port in ports:
            os.chown(node(protocol, port), ALICE, -1)
    rules = 2 * len(ports)
    ok(True, f"claim {rules} ports")

    if debug:
        skip("memory a rule", "a debug kernel pads its slabs")
    else:
        each = (unreclaimable() - before) / rules
        print(f"# scale: {each:.1f} bytes of unreclaimable memory a rule")
        # Less than owner, group, mode and time take was not measured.
        ok(20 < each <= BYTES_A_RULE, f"at most {BYTES_A_RULE} bytes a rule", each)

    for protocol in KINDS:
        found = listed(protocol)
        ok(found == list(ports), f"{protocol}: listed in order",
           f"{len(found)} of {len(ports)}")

    sample = [1, 2, 63, 64, 65, 1023, 1024, 65534, 65535]
    sample += random.Random(1).sample(list(ports), 100)
    for protocol in KINDS:
        wrong = []
        for port in sample:
            if port not in ports:
                continue
            for family in socket.AF_INET, socket.AF_INET6:
                for user, expected in (ALICE, 0), (BOB, errno.EACCES):
                    error = bind(user, protocol, port, family)
                    if error != expected:
                        wrong.append((port, user, error))
        ok(not wrong, f"{protocol}: enforced", wrong)

    if debug:
        old = text_of(RANGE)
        write(RANGE, "65000 65535")
    for protocol in KINDS:
        error = bind(0, protocol, 0)
        ok(error == errno.EADDRINUSE, f"{protocol}: no automatic port is left", error)
    if debug:
        write(RANGE, old)

    # A node of a claimed port is as free to go as any other.
    for protocol in KINDS:
        os.unlink(node(protocol, 65535))
        os.chown(node(protocol, 65535), BOB, -1)
        ok(bind(BOB, protocol, 65535) == 0, f"{protocol}: one more change")

    for protocol in KINDS:
        for name in os.listdir(f"{PORT}/{protocol}"):
            os.unlink(node(protocol, name))
    ok(not listed("tcp") and not listed("udp"), "release all")
    ok(bind(0, "tcp", 0) == 0 and bind(0, "udp", 0) == 0, "automatic ports again")

    if debug:
        skip("the memory comes back", "a debug kernel keeps what was freed")
    else:
        left = unreclaimable(before + rules) - before
        ok(left < rules * 8, "the memory comes back", left)

    subprocess.run(["umount", PORT], check=True)
    found = references_without_mount()
    subprocess.run(["mount", "-t", "portfs", "portfs", PORT], check=True)
    ok(found == 0, "nothing keeps the module", found)


try:
    main()
finally:
    for protocol in KINDS:
        for name in os.listdir(f"{PORT}/{protocol}"):
            os.unlink(node(protocol, name))
print(f"1..{number}")
sys.exit(failed > 0)
END
