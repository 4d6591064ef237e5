"""The release binary of an app with one flow, stripped: bytes, ours and by hand."""

from clean_build import APPS
from common import *


def main(_arguments):
    with scratch() as target:
        sizes = {}
        for name, path in APPS.items():
            command = ["cargo", "build", "--release", "--locked", "--quiet"]
            run(command, cwd=BENCHES / path, env=environment(CARGO_TARGET_DIR=target))
            binary = target / "release" / f"app-{path.removeprefix('apps/')}"
            sizes[name] = binary.stat().st_size
    by_hand = list(sizes.values())[-1]
    rows = [[name, f"{size:,}", f"{size / by_hand:.2f}x"] for name, size in sizes.items()]
    table(["app", "bytes", "against by hand"], rows)
