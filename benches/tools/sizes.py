"""Decode of replies from 0.3 to 256 KB, a list of records and a text in each: time. The plot goes to benches/decode.svg."""

import chart
from common import *
from reply import timed

SIDES = {
    "through Value": ("through Value", chart.VIA_VALUE),
    "by hand": ("visitor by hand", chart.BY_HAND),
    "ours": ("apaas-flow", chart.OURS),
}


def plot(path, figures):
    """`figures` is {bytes: {side: (nanoseconds, our time over that side's)}}."""
    bytes_ = chart.Axis(250, 280_000, {1000 * kb: f"{kb:g}" for kb in (0.25, 1, 4, 16, 64, 256)}, "reply, KB", is_log=True)
    micros = chart.Axis(0.4, 4000, {1: "1", 10: "10", 100: "100", 1000: "1000"}, is_log=True)
    times = {side: [(size, sides[side][0] / 1000) for size, sides in figures.items()] for side in SIDES}
    shares = {side: [(size, sides["by hand"][1] / sides[side][1]) for size, sides in figures.items()] for side in SIDES}
    most = max(share for line in shares.values() for _, share in line)
    panels = [
        chart.Panel("time, µs", bytes_, micros, times),
        chart.Panel("time, by hand = 1", bytes_, chart.up_to(most), shares, lambda share: f"{share:.2f}", below=("ours",)),
    ]
    chart.draw(path, "Decode, by size of the reply", "Time of a decode by size of the reply", SIDES, panels)


def main(_arguments):
    figures = {int(size): sides for (_, size), sides in timed(built("reply") / "release" / "reply", "sizes").items()}
    rows = []
    for size, sides in figures.items():
        nanoseconds = [f"{sides[side][0]:,.0f}" for side in ("ours", "by hand", "through Value")]
        rows.append([f"{size:,}", *nanoseconds, f"{sides['by hand'][1]:.2f}x", f"{1 / sides['through Value'][1]:.1f}x"])
    table(["bytes", "ours, ns", "by hand, ns", "through Value, ns", "against by hand", "faster than Value"], rows)
    plot(BENCHES / "decode.svg", figures)
    say("\nbenches/decode.svg is drawn")
