"""A clean debug build of an app with one flow: CPU seconds and crates, ours, by hand, and other crates for this endpoint.

Each build has an empty target directory; all sources are fetched beforehand. The first two alternate.
"""

import re
import shutil

from common import *

APPS = {
    "ours": "apps/ours",
    "by hand, reqwest with rustls and ring": "apps/by-hand",
}
BAR = 1.05
RIVALS = {
    "by hand, reqwest's default (aws-lc)": None,
    "openlark 0.21.0": 'openlark = "=0.21.0"',
    "larksuite-oapi-sdk-rs 0.3.13": 'larksuite-oapi-sdk-rs = "=0.3.13"',
}
TOKIO = 'tokio = { version = "1", features = ["macros", "rt"] }'
EMPTY = '#[tokio::main(flavor = "current_thread")]\nasync fn main() {}\n'


def crates(package):
    """The crates in the graph of a build on Linux, including the package itself; the same number on every machine."""
    command = ["cargo", "tree", "--target", "x86_64-unknown-linux-gnu", "--edges", "normal,build", "--prefix", "none", "--no-dedupe", "--format", "{p}"]
    if package.is_relative_to(BENCHES):
        command.append("--locked")
    lines = run(command, cwd=package, env=environment()).splitlines()
    return len({" ".join(line.split()[:2]) for line in lines if line})


def build(package, target):
    command = ["cargo", "build", "--quiet"]
    return cpu_seconds(command, cwd=package, env=environment(CARGO_TARGET_DIR=target, CARGO_INCREMENTAL=0))


def rival(folder, name, dependency):
    """A package outside the repository, with only this dependency."""
    package = folder / re.sub(r"\W+", "-", name)
    if dependency:
        manifest = f"[dependencies]\n{dependency}\n{TOKIO}\n"
        write(package / "src/main.rs", EMPTY)
    else:
        by_hand = (BENCHES / "apps/by-hand/Cargo.toml").read_text()
        manifest = by_hand[by_hand.index("[dependencies]") :].replace(
            'default-features = false, features = ["json", "rustls-no-provider"]', 'features = ["json"]'
        )
        manifest = re.sub(r"^rustls = .*\n", "", manifest, flags=re.M)
        source = (BENCHES / "apps/by-hand/src/main.rs").read_text()
        write(package / "src/main.rs", re.sub(r".*rustls::crypto.*\n", "", source))
        shutil.copy(BENCHES / "Cargo.lock", folder / package.name / "Cargo.lock")
    head = '[package]\nname = "app"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n'
    write(package / "Cargo.toml", head + manifest)
    return package


def main(arguments):
    rounds = int(arguments[0]) if arguments else 3
    with scratch() as folder:
        packages = {name: BENCHES / path for name, path in APPS.items()}
        packages |= {name: rival(folder, name, dependency) for name, dependency in RIVALS.items()}
        for package in packages.values():
            run(["cargo", "fetch"], cwd=package, env=environment())
        seconds = {name: [] for name in packages}
        for turn in range(rounds):
            for name, package in packages.items():
                if name in APPS or turn == 0:
                    seconds[name].append(build(package, folder / "target"))
                    shutil.rmtree(folder / "target")
                    say(f"  {name}: {seconds[name][-1]:.1f}")
        ours, by_hand = (seconds[name] for name in APPS)
        ratio = median(o / h for o, h in zip(ours, by_hand))
        rows = []
        for name, package in packages.items():
            figure = median(seconds[name])
            against = ratio if name == "ours" else figure / median(by_hand)
            bar = held(ratio, BAR) if name == "ours" else ""
            rows.append([name, crates(package), f"{figure:.1f}", f"{against:.2f}x", bar])
    table(["app", "crates", "CPU s", "against by hand", "bar"], rows)
