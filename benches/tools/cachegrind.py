"""User instructions of a command, counted by valgrind, which does not depend on the machine's load."""

import re
import shutil
import subprocess

from common import *

MISSING = "valgrind is not installed; it counts the instructions"


def is_installed():
    return shutil.which("valgrind") is not None


def instructions(command, env=None):
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *map(str, command)]
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit(done.stdout + done.stderr)
    return int(found[1].replace(",", ""))


def instructions_of_one(command, times, env=None):
    """Instructions per repetition of a command whose last argument is the number of repetitions, without startup."""
    some, twice = (instructions([*command, n], env) for n in (times, 2 * times))
    return (twice - some) / times
