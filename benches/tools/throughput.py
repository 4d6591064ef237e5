"""Calls per second against the emulator in a separate process, 1, 16 and 256 in flight."""

from call import emulator
from common import *


def main(arguments):
    rounds = int(arguments[0]) if arguments else 5
    target = built("call")
    rows = []
    with emulator(target) as env:
        for in_flight in (1, 16, 256):
            command = [target / "release" / "throughput", in_flight]
            speeds = [float(run(command, env=env)) for _ in range(rounds)]
            rows.append([in_flight, f"{median(speeds):,.0f}", f"{min(speeds):,.0f} - {max(speeds):,.0f}"])
    table(["in flight", "calls per second", "range"], rows)
