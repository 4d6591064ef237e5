"""The plot of cost per flow, drawn by hand: one panel for each build, two lines in each."""

WIDTH, HEIGHT = 320, 230
LEFT, TOP, RIGHT, BOTTOM = 52, 56, 16, 42
SIDES = {"by-hand": ("by hand, serde derives", "#d9622b"), "ours": ("apaas-flow", "#1f77d0")}

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .title { font-weight: 600; font-size: 13px }
  .grid { stroke: #8884; stroke-width: 1 }
  .axis { stroke: #888; stroke-width: 1 }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } }
"""


def step_for(most):
    """A round step that gives four to eight lines."""
    for step in (0.5, 1, 2, 5, 10, 20, 50):
        if most / step <= 8:
            return step
    return 100


def panel(build, figures, sizes, at):
    most = max(figures[build, size][side] for size in sizes for side in SIDES)
    step = step_for(most)
    top = step * (int(most / step) + 1)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(size):
        return at + LEFT + width * size / max(sizes)

    def y(seconds):
        return TOP + height * (1 - seconds / top)

    parts = [f'<text class="title" x="{at + LEFT}" y="{TOP - 12}">{build}</text>']
    tick = 0
    while tick <= top:
        parts.append(f'<line class="grid" x1="{x(0):.1f}" x2="{x(max(sizes)):.1f}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text x="{x(0) - 6:.1f}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
        tick += step
    parts.append(f'<line class="axis" x1="{x(0):.1f}" x2="{x(max(sizes)):.1f}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>')
    for size in sizes:
        parts.append(f'<line class="axis" x1="{x(size):.1f}" x2="{x(size):.1f}" y1="{y(0):.1f}" y2="{y(0) + 4:.1f}"/>')
        parts.append(f'<text x="{x(size):.1f}" y="{y(0) + 18:.1f}" text-anchor="middle">{size}</text>')
    parts.append(f'<text x="{x(max(sizes) / 2):.1f}" y="{y(0) + 35:.1f}" text-anchor="middle">flows in the crate</text>')
    for side, (_, color) in SIDES.items():
        points = [(x(size), y(figures[build, size][side])) for size in sizes]
        parts.append(
            f'<polyline class="line" stroke="{color}" points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in points)}"/>'
        )
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="{color}"/>' for px, py in points]
        px, py = points[-1]
        seconds = figures[build, sizes[-1]][side]
        parts.append(f'<text x="{px - 4:.1f}" y="{py - 8:.1f}" text-anchor="end">{seconds:.1f} s</text>')
    return parts


def draw(path, figures, sizes, builds):
    width = WIDTH * len(builds)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" role="img">',
        "<title>CPU seconds of cargo for a crate of flows of 6 + 6 fields</title>",
        f"<style>{STYLE}</style>",
        f'<text x="{LEFT}" y="18">CPU seconds of cargo, flows of 6 + 6 fields</text>',
    ]
    at = width - RIGHT
    for name, color in reversed(SIDES.values()):
        at -= 7 * len(name) + 34
        parts.append(f'<line class="line" stroke="{color}" x1="{at}" x2="{at + 18}" y1="14" y2="14"/>')
        parts.append(f'<text x="{at + 24}" y="18">{name}</text>')
    for i, build in enumerate(builds):
        parts += panel(build, figures, sizes, i * WIDTH)
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")
