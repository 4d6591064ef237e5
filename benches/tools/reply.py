"""Decode and encode of a reply at 0.4, 1 and 64 KB against a visitor by hand and against serde_json::Value: time."""

from common import *

BARS = {"decode": 1.25, "encode": 1.25}
VIA_VALUE = 2.0


def main(_arguments):
    lines = run(["cargo", "run", "--release", "--locked", "--quiet", "-p", "reply"], cwd=BENCHES).splitlines()
    rows = []
    for line in lines:
        what, ours, by_hand, via_value, ratio, faster = line.split("\t")
        bar = held(float(ratio), BARS[what.split()[0]])
        if what.startswith("decode"):
            bar += f"; {VIA_VALUE:.0f} {'held' if float(faster) >= VIA_VALUE else 'MISSED'}"
        rows.append([what, f"{int(ours):,}", f"{int(by_hand):,}", f"{int(via_value):,}", f"{float(ratio):.2f}x", f"{float(faster):.1f}x", bar])
    table(["what", "ours, ns", "by hand, ns", "through Value, ns", "against by hand", "faster than Value", "bar"], rows)
