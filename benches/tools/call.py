"""One whole call on loopback: user instructions, ours and by hand, counted by valgrind.

Each app makes N, then 2N calls to the emulator, which is a separate process and not counted; the difference divided by
N is one call, without startup.
"""

import subprocess
from contextlib import contextmanager

import cachegrind
from clean_build import APPS
from common import *

BAR = 0.97
CALLS = 500


@contextmanager
def emulator(target):
    """Runs the emulator as a separate process; yields the environment that points to it."""
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


def main(arguments):
    if not cachegrind.is_installed():
        sys.exit(cachegrind.MISSING)
    rounds = int(arguments[0]) if arguments else 3
    apps = {name: f"app-{path.removeprefix('apps/')}" for name, path in APPS.items()}
    target = built("call", *apps.values())
    calls = {name: [] for name in apps}
    with emulator(target) as env:
        for _ in range(rounds):
            for name, app in apps.items():
                calls[name].append(cachegrind.instructions_of_one([target / "release" / app], CALLS, env))
    ours, by_hand = calls.values()
    ratio = median(ours) / median(by_hand)
    rows = [
        ["ours", f"{median(ours):,.0f}", f"{min(ours):,.0f} - {max(ours):,.0f}", f"{ratio:.3f}x", held(ratio, BAR)],
        ["by hand", f"{median(by_hand):,.0f}", f"{min(by_hand):,.0f} - {max(by_hand):,.0f}", "", ""],
    ]
    table(["one call", "instructions", "range", "ratio", "bar"], rows)
