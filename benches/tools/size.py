"""The release binary of an app with one flow, stripped: bytes, ours and by hand."""

from clean_build import APPS
from common import *

BAR = 1.07


def main(_arguments):
    with scratch() as target:
        sizes = {}
        for name, path in APPS.items():
            command = ["cargo", "build", "--release", "--locked", "--quiet"]
            run(command, cwd=BENCHES / path, env=environment(CARGO_TARGET_DIR=target))
            binary = target / "release" / f"app-{path.removeprefix('apps/')}"
            sizes[name] = binary.stat().st_size
    ours, by_hand = sizes.values()
    bars = {"ours": held(ours / by_hand, BAR)}
    rows = [[name, f"{size:,}", f"{size / by_hand:.2f}x", bars.get(name, "")] for name, size in sizes.items()]
    table(["app", "bytes", "against by hand", "bar"], rows)
