"""Decode and encode of a reply at 0.4, 1 and 64 KB, ours, by hand and through serde_json::Value: time and instructions.

All decode rows compare with the same hand-written visitor over the same bytes. The outputs come in the order of the
struct's fields, in the reverse order, and in the fields' order for a flow with `output = Type`.
"""

from collections import defaultdict

import cachegrind
from common import *

DECODE = {"decode": "in order", "reversed": "reversed", "type": "`output = Type`"}
TIME = {"decode": 0.90, "reversed": 1.00, "type": 0.90}
INSTRUCTIONS = {"decode": 0.80, "reversed": 1.00, "type": 0.80}
VIA_VALUE = {"decode": 2.2, "type": 2.2}
ENCODE = {"by hand": ("the usual way by hand", 1.00), "in one pass": ("a single pass by hand", 1.20)}
# chosen so that each valgrind run takes a second or two
TIMES = {"0.4 KB": 1000, "1 KB": 400, "64 KB": 8}

def timed(binary, *arguments):
    """{(case, size): {side: (nanoseconds, our time over that side's)}}"""
    figures = defaultdict(dict)
    for line in run([binary, *arguments]).splitlines():
        case, size, side, nanoseconds, ratio = line.split("\t")
        figures[case, size][side] = float(nanoseconds), float(ratio)
    return figures


def counted(binary, figures):
    """{(case, size): {side: our instructions over that side's}}; empty if valgrind is missing."""
    if not cachegrind.is_installed():
        return {key: {} for key in figures}
    counts = defaultdict(dict)
    for case, size in figures:
        for side in ["ours", *(ENCODE if case == "encode" else ["by hand"])]:
            counts[case, size][side] = cachegrind.instructions_of_one([binary, case, size, side], TIMES[size])
    return {key: {side: sides["ours"] / count for side, count in sides.items()} for key, sides in counts.items()}


def ratio(figure):
    return "-" if figure is None else f"{figure:.2f}x"


def bars(*pairs):
    """A bar without a measurement is skipped."""
    return "; ".join(f"{what} {held(figure, bar)}" for what, figure, bar in pairs if figure is not None)


def main(_arguments):
    binary = built("reply") / "release" / "reply"
    times = timed(binary)
    counts = counted(binary, times)

    rows = []
    for case, label in DECODE.items():
        for (_, size), sides in ((key, sides) for key, sides in times.items() if key[0] == case):
            time, count, value = sides["by hand"][1], counts[case, size].get("by hand"), 1 / sides["through Value"][1]
            bar = bars(("time", time, TIME[case]), ("instructions", count, INSTRUCTIONS[case]))
            if case in VIA_VALUE:
                bar += f"; Value {at_least(value, VIA_VALUE[case])}"
            nanoseconds = [f"{sides[side][0]:,.0f}" for side in ("ours", "by hand", "through Value")]
            rows.append([f"{size}, {label}", *nanoseconds, ratio(time), ratio(count), f"{value:.1f}x", bar])
    table(["decode", "ours, ns", "by hand, ns", "through Value, ns", "time", "instructions", "faster than Value", "bars"], rows)

    say()
    rows = []
    for (_, size), sides in ((key, sides) for key, sides in times.items() if key[0] == "encode"):
        for side, (nanoseconds, time) in list(sides.items())[1:]:
            label, bar = ENCODE.get(side, (side, None))
            count = counts["encode", size].get(side)
            verdict = bars(("time", time, bar), ("instructions", count, bar)) if bar else ""
            rows.append([size, label, f"{sides['ours'][0]:,.0f}", f"{nanoseconds:,.0f}", ratio(time), ratio(count), verdict])
    table(["encode", "against", "ours, ns", "that, ns", "time", "instructions", "bars"], rows)
    if not cachegrind.is_installed():
        say(f"\n{cachegrind.MISSING}, so those bars are not checked")
