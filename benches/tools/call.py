"""One whole call on loopback: user instructions, ours and by hand, counted by valgrind.

Each app makes N and then 2N calls of the emulator, which is another process and not counted; the difference over N is
one call, without what a start costs.
"""

import re
import shutil
import subprocess
from contextlib import contextmanager

from clean_build import APPS
from common import *

BAR = 1.05
CALLS = 500


@contextmanager
def emulator(target):
    """The emulator in a process of its own; gives the environment that leads to it."""
    process = subprocess.Popen([target / "release" / "emulator"], stdout=subprocess.PIPE, text=True)
    try:
        yield environment(
            APAAS_BASE_URL=process.stdout.readline().strip(),
            APAAS_APP_ID="cli_bench",
            APAAS_APP_SECRET="secret",
            APAAS_OPERATOR_ID=1111,
        )
    finally:
        process.kill()
        process.wait()


def built(*packages):
    """Release builds, in the folder where cargo would put them."""
    for package in packages:
        run(["cargo", "build", "--release", "--locked", "--quiet", "-p", package], cwd=BENCHES)
    metadata = run(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=BENCHES)
    return Path(re.search(r'"target_directory":"([^"]*)"', metadata)[1])


def instructions(command, env):
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *map(str, command)]
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(done.stdout + done.stderr)
    return int(found[1].replace(",", ""))


def main(arguments):
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed; it counts the instructions")
    rounds = int(arguments[0]) if arguments else 3
    apps = {name: f"app-{path.removeprefix('apps/')}" for name, path in APPS.items()}
    target = built("call", *apps.values())
    calls = {name: [] for name in apps}
    with emulator(target) as env:
        for _ in range(rounds):
            for name, app in apps.items():
                some, twice = (instructions([target / "release" / app, n], env) for n in (CALLS, 2 * CALLS))
                calls[name].append((twice - some) / CALLS)
    ours, by_hand = calls.values()
    ratio = median(ours) / median(by_hand)
    rows = [
        ["ours", f"{median(ours):,.0f}", f"{min(ours):,.0f} - {max(ours):,.0f}", f"{ratio:.3f}x", held(ratio, BAR)],
        ["by hand", f"{median(by_hand):,.0f}", f"{min(by_hand):,.0f} - {max(by_hand):,.0f}", "", ""],
    ]
    table(["one call", "instructions", "range", "ratio", "bar"], rows)
