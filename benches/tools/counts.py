"""Plain counts, the same on every machine, compared with the recorded figures in benches/counts.txt.

--record rewrites the figures. A figure that has grown fails; one that has shrunk must be recorded, so that the gain is
kept.
"""

import re

from clean_build import crates
from common import *

RECORDED = BENCHES / "counts.txt"
HEAD = "# Plain counts that must not grow. `benches/run counts` compares, `benches/run counts --record` writes this file.\n"


def graph():
    app = "apps/ours"
    return {"crates in the graph of an app with one flow": crates(BENCHES / app)}


def allocations():
    lines = run(["cargo", "run", "--quiet", "--locked", "-p", "allocations"], cwd=BENCHES).splitlines()
    counts = {}
    for line in lines:
        what, size, count = line.split("\t")
        if what in ("decode", "encode"):
            article = "a" if what == "decode" else "an"
            counts[f"allocations of {article} {what}, {size}"] = int(count)
    return counts


def expansion():
    test = ["--locked", "-p", "apaas-flow-macros", "--lib", "--", "--exact", "expand::tests::tokens_of_a_field", "--nocapture"]
    printed = run(["cargo", "test", "--quiet", *test], cwd=ROOT)
    found = re.search(r"tokens: (\d+) a flow, (\d+) an input, (\d+) an output", printed)
    if not found:
        sys.exit(f"the test that counts tokens did not print them\n{printed}")
    return dict(zip((f"tokens of expansion, {what}" for what in ("a flow", "an input", "an output")), map(int, found.groups())))


def dependencies():
    command = ["cargo", "tree", "--locked", "-p", "apaas-flow-macros", "--edges", "normal", "--depth", "1", "--prefix", "none"]
    direct = {line.split()[0] for line in run(command, cwd=ROOT).splitlines()[1:]}
    return {"dependencies of the macro crate": len(direct)}


def recorded():
    lines = (line.partition("#")[0].strip() for line in RECORDED.read_text().splitlines())
    pairs = (line.rsplit(": ", 1) for line in lines if line)
    return {what: int(count) for what, count in pairs}


def main(arguments):
    counts = graph() | allocations() | expansion() | dependencies()
    if arguments == ["--record"]:
        RECORDED.write_text(HEAD + "".join(f"{what}: {count}\n" for what, count in counts.items()))
    was = recorded()
    table(["count", "recorded", "now"], [[what, was.get(what, "-"), count] for what, count in counts.items()])
    cure = "if that is meant, record it with `benches/run counts --record` and say why in the commit"
    wrong = []
    for what in [*counts, *(was.keys() - counts.keys())]:
        old, new = was.get(what), counts.get(what)
        if old is None or new is None:
            wrong.append(f"{what}: recorded {old or 'nothing'}, now {new or 'nothing'}; {cure}")
        elif new > old:
            wrong.append(f"{what}: has grown from {old} to {new}; {cure}")
        elif new < old:
            wrong.append(f"{what}: has shrunk from {old} to {new}; record it with `benches/run counts --record`, so that it stays so")
    if wrong:
        sys.exit("\n" + "\n".join(wrong))
