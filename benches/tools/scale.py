"""Calls per second of one client with 1, 16 and 256 calls in flight, ours and by hand, alternating in one run.

The server is a separate process with canned replies. By hand: reqwest, and the hand-written visitor for the outputs.
"""

import subprocess

from common import *

BAR = 0.95
AT = ("0.4 KB", "256")


def main(arguments):
    rounds = int(arguments[0]) if arguments else 31
    binaries = built("scale") / "release"
    server = subprocess.Popen([binaries / "canned-server"], stdout=subprocess.PIPE, text=True)
    try:
        lines = run([binaries / "scale", server.stdout.readline().strip(), rounds]).splitlines()
    finally:
        server.kill()
        server.wait()
    rows = {}
    for line in lines:
        size, in_flight, side, calls, ratio, cpu, cpu_ratio = line.split("\t")
        row = rows.setdefault((size, in_flight), {})
        row[side] = float(calls), float(ratio), float(cpu), float(cpu_ratio)
    table(
        ["reply", "in flight", "ours, calls per second", "by hand", "ratio", "ours, CPU µs per call", "by hand", "ratio", "bar"],
        [
            [
                size,
                in_flight,
                *(f"{sides[side][0]:,.0f}" for side in ("ours", "by hand")),
                f"{sides['by hand'][1]:.2f}x",
                *(f"{sides[side][2]:.1f}" for side in ("ours", "by hand")),
                f"{sides['by hand'][3]:.2f}x",
                at_least(sides["by hand"][1], BAR) if (size, in_flight) == AT else "",
            ]
            for (size, in_flight), sides in sorted(rows.items(), key=lambda row: row[0][0])
        ],
    )
