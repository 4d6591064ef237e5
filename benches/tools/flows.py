"""CPU seconds of cargo for an app of 1, 50 and 200 flows of 6 + 6 fields: ours, alternating with two versions by hand.

Each app's `main` calls the requested flow. Dependencies are built beforehand (so leave the sources alone while it
runs); incremental compilation is off. By hand, both with two serde derives per flow:

- serde: one generic async call, outputs through `serde_json::Value`.
- small: written for build times. Only what needs the flow's types is generic; the call itself is compiled once.

The bars compare with `small`. The plot goes to benches/flows.svg.
"""

import json
import os
import shutil

import chart
from common import *

FIELDS = {
    "String": '"text".to_owned()',
    "i64": "1",
    "bool": "true",
    "Option<String>": "None",
    "Vec<i64>": "vec![1, 2]",
    "f64": "0.5",
}
BUILDS = {"check": ["check"], "debug": ["build"], "release": ["build", "--release"]}
BARS = {"check": 0.40, "debug": 0.40, "release": 0.27}
SIZES = [1, 50, 200]


def fields(attribute, prefix):
    return "".join(f"    {attribute.format(i)}\n    pub {prefix}_{i}: {ty},\n" for i, ty in enumerate(FIELDS))


def calls(count, error, call):
    """`main`, which makes the requested call; its error type is that of the calls."""
    given = ", ".join(f"in_{i}: {value}" for i, value in enumerate(FIELDS.values()))
    arms = "".join(f'        {n} => println!("{{:?}}", {call.format(f"Flow{n} {{ {given} }}")}),\n' for n in range(count))
    return (
        f"#[tokio::main]\nasync fn main() -> Result<(), {error}> {{\n"
        "    let client = Client::from_env()?;\n"
        "    let flow = std::env::args().nth(1).and_then(|flow| flow.parse::<u32>().ok());\n"
        f"    match flow.unwrap_or(u32::MAX) {{\n{arms}"
        '        _ => println!("no such flow"),\n    }\n    Ok(())\n}\n'
    )


def ours(count):
    text = ["//! Flows.\n\nuse apaas_flow::{Client, apaas_flow};\n\n"]
    for n in range(count):
        text.append(f'/// Flow {n}.\n#[apaas_flow(namespace = "package_x__c", flow_id = "flow_{n}")]\n#[derive(Debug, Clone)]\npub struct Flow{n} {{\n')
        text.append(fields('#[input("variable_in_{}")]', "in") + fields('#[output("variable_out_{}")]', "out") + "}\n\n")
    return "".join(text) + calls(count, "apaas_flow::Error", "{}.execute(&client).await?.output")


def by_hand(common, place):
    def source(count):
        text = [(BENCHES / "tools" / common).read_text(), "\n"]
        for n in range(count):
            text.append(f"/// Flow {n}.\n#[derive(Debug, Clone, Serialize)]\npub struct Flow{n} {{\n")
            text.append(fields('#[serde(rename = "variable_in_{}")]', "in"))
            text.append(f"}}\n\n/// What flow {n} gives back.\n#[derive(Debug, Clone, Deserialize)]\npub struct Flow{n}Output {{\n")
            text.append(fields('#[serde(rename = "variable_out_{}")]', "out"))
            text.append(f"}}\n\nimpl Flow for Flow{n} {{\n{place.format(n)}    type Output = Flow{n}Output;\n}}\n\n")
        return "".join(text) + calls(count, "Error", "client.execute(&{}).await?")

    return source


SOURCES = {
    "ours": ours,
    "small": by_hand(
        "flows_by_hand_small.rs",
        "    const DESCRIPTION: &Description = &Description {{\n"
        '        namespace: "package_x__c",\n        flow_id: "flow_{}",\n    }};\n',
    ),
    "serde": by_hand(
        "flows_by_hand.rs",
        '    const NAMESPACE: &str = "package_x__c";\n    const FLOW_ID: &str = "flow_{}";\n',
    ),
}

# TLS does not affect the cost of a flow, so no side has it
TOKIO = 'tokio = { version = "1", features = ["macros", "rt-multi-thread"] }\n'
BY_HAND = (
    'reqwest = { version = "0.13", default-features = false, features = ["json"] }\n'
    'serde = { version = "1", features = ["derive"] }\nserde_json = { version = "1", features = ["raw_value"] }\n'
)
DEPENDENCIES = {
    "ours": f"apaas-flow = {{ path = {json.dumps(str(ROOT))}, default-features = false }}\n",
    "small": BY_HAND,
    "serde": BY_HAND,
}


def generate(folder):
    members = []
    for side, source in SOURCES.items():
        for size in SIZES:
            name = f"{side}-{size}"
            members.append(name)
            write(folder / name / "src/main.rs", source(size))
            write(
                folder / name / "Cargo.toml",
                f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n{TOKIO}{DEPENDENCIES[side]}',
            )
    write(folder / "Cargo.toml", f'[workspace]\nresolver = "3"\nmembers = {json.dumps(members)}\n')
    shutil.copy(ROOT / "Cargo.lock", folder)


def measure(rounds=3):
    figures = {}
    with scratch() as folder:
        generate(folder)
        env = environment(CARGO_INCREMENTAL=0)

        def cargo(build, name):
            os.utime(folder / name / "src/main.rs")
            return cpu_seconds(["cargo", *BUILDS[build], "--quiet", "-p", name], cwd=folder, env=env)

        for build in BUILDS:
            for side in SOURCES:
                cargo(build, f"{side}-1")  # what the flows stand on
            for size in SIZES:
                seconds = {side: [] for side in SOURCES}
                for _ in range(rounds):
                    for side in seconds:
                        seconds[side].append(cargo(build, f"{side}-{size}"))
                figures[build, size] = {
                    **{side: median(each) for side, each in seconds.items()},
                    "ratios": {
                        side: median(o / h for o, h in zip(seconds["ours"], seconds[side])) for side in SOURCES if side != "ours"
                    },
                }
                say(f"  {build} {size}: {seconds}")
    return figures


SIDES = {
    "serde": ("by hand, serde derives", chart.BY_HAND),
    "small": ("by hand, for build times", "#c9a227"),
    "ours": ("apaas-flow", chart.OURS),
}


def plot(path, figures):
    def panel(build):
        lines = {side: [(size, figures[build, size][side]) for size in SIZES] for side in SIDES}
        sizes = chart.Axis(0, SIZES[-1], {size: size for size in SIZES}, "flows in the app")
        seconds = chart.up_to(max(second for line in lines.values() for _, second in line))
        return chart.Panel(build, sizes, seconds, lines, lambda second: f"{second:.1f} s")

    title = "CPU seconds of cargo, flows of 6 + 6 fields"
    chart.draw(path, title, "CPU seconds of cargo for an app of flows of 6 + 6 fields", SIDES, [panel(build) for build in BUILDS])


def main(arguments):
    figures = measure(int(arguments[0]) if arguments else 3)
    rows = []
    for (build, size), figure in figures.items():
        ratios = figure["ratios"]
        bar = held(ratios["small"], BARS[build]) if size == SIZES[-1] else ""
        seconds = [f"{figure[side]:.2f}" for side in SOURCES]
        rows.append([build, size, *seconds, f"{ratios['serde']:.2f}x", f"{ratios['small']:.2f}x", bar])
    head = ["build", "flows", "ours, CPU s", "by hand, small", "by hand, serde", "against serde", "against small", "bar"]
    table(head, rows)
    plot(BENCHES / "flows.svg", figures)
    say("\nbenches/flows.svg is drawn")
