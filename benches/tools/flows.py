"""CPU seconds of cargo for a crate of 1, 50 and 200 flows of 6 + 6 fields, ours and by hand, in turn.

The crates the flows stand on are built before (so leave the sources alone while it runs); incremental compilation is off. By hand: two serde derives a flow, and
one generic async call. The plot goes to benches/flows.svg.
"""

import json
import os
import shutil

import chart
from common import *

TYPES = ["String", "i64", "bool", "Option<String>", "Vec<i64>", "f64"]
BUILDS = {"check": ["check"], "debug": ["build"], "release": ["build", "--release"]}
BARS = {"check": 0.45, "debug": 0.45, "release": 0.35}
SIZES = [1, 50, 200]


def ours(count):
    text = ["//! Flows.\n\nuse apaas_flow::{Client, Result, apaas_flow};\n"]
    for n in range(count):
        text.append(f'/// Flow {n}.\n#[apaas_flow(namespace = "package_x__c", flow_id = "flow_{n}")]\n#[derive(Debug, Clone)]\npub struct Flow{n} {{\n')
        text += [f'    #[input("variable_in_{i}")]\n    pub in_{i}: {ty},\n' for i, ty in enumerate(TYPES)]
        text += [f'    #[output("variable_out_{i}")]\n    pub out_{i}: {ty},\n' for i, ty in enumerate(TYPES)]
        text.append(
            f"}}\n\npub async fn call{n}(client: &Client, flow: &Flow{n}) -> Result<Flow{n}Output> {{\n"
            "    Ok(flow.execute(client).await?.output)\n}\n\n"
        )
    return "".join(text)


def by_hand(count):
    text = [(BENCHES / "tools" / "flows_by_hand.rs").read_text(), "\n"]
    for n in range(count):
        text.append(f"/// Flow {n}.\n#[derive(Debug, Clone, Serialize)]\npub struct Flow{n} {{\n")
        text += [f'    #[serde(rename = "variable_in_{i}")]\n    pub in_{i}: {ty},\n' for i, ty in enumerate(TYPES)]
        text.append(f"}}\n\n/// What flow {n} gives back.\n#[derive(Debug, Clone, Deserialize)]\npub struct Flow{n}Output {{\n")
        text += [f'    #[serde(rename = "variable_out_{i}")]\n    pub out_{i}: {ty},\n' for i, ty in enumerate(TYPES)]
        text.append(
            f'}}\n\nimpl Flow for Flow{n} {{\n    const NAMESPACE: &str = "package_x__c";\n    const FLOW_ID: &str = "flow_{n}";\n'
            f"    type Output = Flow{n}Output;\n}}\n\n"
            f"pub async fn call{n}(client: &Client, flow: &Flow{n}) -> Result<Flow{n}Output, Error> {{\n    client.execute(flow).await\n}}\n\n"
        )
    return "".join(text)


# TLS has no part in what a flow costs, so neither side has it
DEPENDENCIES = {
    "ours": f"apaas-flow = {{ path = {json.dumps(str(ROOT))}, default-features = false }}\n",
    "by-hand": 'reqwest = { version = "0.13", default-features = false, features = ["json"] }\n'
    'serde = { version = "1", features = ["derive"] }\nserde_json = "1"\n',
}


def generate(folder):
    members = []
    for side, source in (("ours", ours), ("by-hand", by_hand)):
        for size in SIZES:
            name = f"{side}-{size}"
            members.append(name)
            write(folder / name / "src/lib.rs", source(size))
            write(
                folder / name / "Cargo.toml",
                f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n{DEPENDENCIES[side]}',
            )
    write(folder / "Cargo.toml", f'[workspace]\nresolver = "3"\nmembers = {json.dumps(members)}\n')
    shutil.copy(ROOT / "Cargo.lock", folder)


def measure(rounds=3):
    figures = {}
    with scratch() as folder:
        generate(folder)
        env = environment(CARGO_INCREMENTAL=0)

        def cargo(build, name):
            os.utime(folder / name / "src/lib.rs")
            return cpu_seconds(["cargo", *BUILDS[build], "--quiet", "-p", name], cwd=folder, env=env)

        for build in BUILDS:
            for side in DEPENDENCIES:
                cargo(build, f"{side}-1")  # what the flows stand on
            for size in SIZES:
                seconds = {side: [] for side in DEPENDENCIES}
                for _ in range(rounds):
                    for side in seconds:
                        seconds[side].append(cargo(build, f"{side}-{size}"))
                figures[build, size] = {
                    **{side: median(each) for side, each in seconds.items()},
                    "ratio": median(o / h for o, h in zip(seconds["ours"], seconds["by-hand"])),
                }
                say(f"  {build} {size}: {seconds}")
    return figures


def main(arguments):
    figures = measure(int(arguments[0]) if arguments else 3)
    rows = []
    for (build, size), figure in figures.items():
        ratio = figure["ratio"]
        bar = held(ratio, BARS[build]) if size == SIZES[-1] else ""
        rows.append([build, size, f"{figure['ours']:.2f}", f"{figure['by-hand']:.2f}", f"{ratio:.2f}x", bar])
    table(["build", "flows", "ours, CPU s", "by hand, CPU s", "ratio", "bar"], rows)
    chart.draw(BENCHES / "flows.svg", figures, SIZES, list(BUILDS))
    say("\nbenches/flows.svg is drawn")
