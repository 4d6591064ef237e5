"""Plots drawn by hand: panels beside each other, a line in each for every side."""

import math
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 230
LEFT, TOP, RIGHT, BOTTOM = 52, 56, 16, 42
OURS, BY_HAND, VIA_VALUE = "#1f77d0", "#d9622b", "#8a8a8a"

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .title { font-weight: 600; font-size: 13px }
  .grid { stroke: #8884; stroke-width: 1 }
  .axis { stroke: #888; stroke-width: 1 }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } }
"""


@dataclass
class Axis:
    """From the least to the most; ticks are {value: label}."""

    least: float
    most: float
    ticks: dict
    title: str = ""
    is_log: bool = False

    def share(self, value):
        """How far along the axis a value is, from 0 to 1."""
        scale = math.log if self.is_log else float
        return (scale(value) - scale(self.least)) / (scale(self.most) - scale(self.least))


@dataclass
class Panel:
    """Lines are {side: [(x, y)]}; `label`, where given, writes the figure at a line's end: above it, or `below`."""

    title: str
    x: Axis
    y: Axis
    lines: dict
    label: object = None
    below: tuple = ()


def up_to(most):
    """A linear axis from 0 with four to eight round steps."""
    step = next((step for step in (0.5, 1, 2, 5, 10, 20, 50) if most / step <= 8), 100)
    steps = int(most / step) + 1
    return Axis(0, step * steps, {step * n: f"{step * n:g}" for n in range(steps + 1)})


def drawn(panel, sides, at):
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    left, right, bottom = at + LEFT, at + LEFT + width, TOP + height

    def x(value):
        return left + width * panel.x.share(value)

    def y(value):
        return TOP + height * (1 - panel.y.share(value))

    parts = [f'<text class="title" x="{left}" y="{TOP - 12}">{panel.title}</text>']
    for tick, label in panel.y.ticks.items():
        parts.append(f'<line class="grid" x1="{left:.1f}" x2="{right:.1f}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text x="{left - 6:.1f}" y="{y(tick) + 4:.1f}" text-anchor="end">{label}</text>')
    parts.append(f'<line class="axis" x1="{left:.1f}" x2="{right:.1f}" y1="{bottom:.1f}" y2="{bottom:.1f}"/>')
    for tick, label in panel.x.ticks.items():
        parts.append(f'<line class="axis" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{bottom:.1f}" y2="{bottom + 4:.1f}"/>')
        parts.append(f'<text x="{x(tick):.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{label}</text>')
    parts.append(f'<text x="{(left + right) / 2:.1f}" y="{bottom + 35:.1f}" text-anchor="middle">{panel.x.title}</text>')
    for side, (_, color) in sides.items():
        points = [(x(px), y(py)) for px, py in panel.lines[side]]
        parts.append(
            f'<polyline class="line" stroke="{color}" points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in points)}"/>'
        )
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="{color}"/>' for px, py in points]
        if panel.label:
            px, py = points[-1]
            py += 18 if side in panel.below else -8
            parts.append(f'<text x="{px - 4:.1f}" y="{py:.1f}" text-anchor="end">{panel.label(panel.lines[side][-1][1])}</text>')
    return parts


def draw(path, title, description, sides, panels):
    """`sides` is {side: (name, color)}, ours the last so that its line is on top."""
    width = WIDTH * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" role="img">',
        f"<title>{description}</title>",
        f"<style>{STYLE}</style>",
        f'<text x="{LEFT}" y="18">{title}</text>',
    ]
    at = width - RIGHT
    for name, color in reversed(sides.values()):
        at -= 7 * len(name) + 34
        parts.append(f'<line class="line" stroke="{color}" x1="{at}" x2="{at + 18}" y1="14" y2="14"/>')
        parts.append(f'<text x="{at + 24}" y="18">{name}</text>')
    for i, panel in enumerate(panels):
        parts += drawn(panel, sides, i * WIDTH)
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")
