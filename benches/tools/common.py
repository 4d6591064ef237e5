"""What the commands share: where things are, CPU seconds of a command, tables."""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from statistics import median

BENCHES = Path(__file__).resolve().parent.parent
ROOT = BENCHES.parent


def environment(**changes):
    """Our environment, without the variables that would make a build differ from a user's."""
    env = dict(os.environ)
    for name in ("CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER", "RUSTFLAGS"):
        env.pop(name, None)
    env.update({name: str(value) for name, value in changes.items()})
    return env


def run(command, **options):
    """Runs a command; shows its output only if it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def cpu_seconds(command, **options):
    """User and system time of a command and all its children."""

    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    run(command, **options)
    return used() - before


def built(*packages):
    """Builds in release mode; returns the folder where cargo puts the result."""
    for package in packages:
        run(["cargo", "build", "--release", "--locked", "--quiet", "-p", package], cwd=BENCHES)
    metadata = run(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=BENCHES)
    return Path(re.search(r'"target_directory":"([^"]*)"', metadata)[1])


@contextmanager
def scratch():
    folder = tempfile.mkdtemp(prefix="apaas-flow-bench-")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def say(text=""):
    print(text, flush=True)


def table(head, rows):
    """Markdown, ready to paste into BENCHMARKS.md."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(cells):
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"

    say(line(head))
    say("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for row in rows:
        say(line(row))


def held(ratio, bar):
    return f"{bar:.2f} held" if ratio <= bar else f"{bar:.2f} MISSED"


def at_least(figure, bar):
    return f"{bar} held" if figure >= bar else f"{bar} MISSED"


__all__ = [
    "BENCHES", "Path", "ROOT", "at_least", "built", "cpu_seconds", "environment", "held", "median", "run", "say", "scratch", "sys",
    "table", "write",
]
