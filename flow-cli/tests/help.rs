//! What the program says of itself: each command's help has an example, and the first one fits a screen.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

fn shown(args: &[&str]) -> String {
    shown_in("100", args)
}

fn shown_in(columns: &str, args: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_apaas-flow"));
    let output = program.args(args).env("COLUMNS", columns).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands below one, from its help.
fn commands(path: &[&str]) -> Vec<String> {
    let help = shown(&[path, &["--help"]].concat());
    let Some((_, list)) = help.split_once("\nCommands:\n") else {
        return Vec::new();
    };
    // the description of one may go on below it, further in
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    let lines = lines.filter(|line| !line.starts_with("   "));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Each command that does something: `bulk run`, and not `bulk`.
fn leaves() -> Vec<Vec<String>> {
    let mut leaves = Vec::new();
    let mut waiting = vec![Vec::<String>::new()];
    while let Some(path) = waiting.pop() {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let below = commands(&names);
        if below.is_empty() {
            leaves.push(path);
            continue;
        }
        for name in below {
            waiting.push([path.clone(), vec![name]].concat());
        }
    }
    leaves
}

#[test]
fn the_first_help_fits_a_screen() {
    for flag in ["--help", "-h"] {
        let help = shown_in("80", &[flag]);
        assert!(help.lines().count() < 24, "{flag}\n{help}");
        for line in help.lines() {
            // a Chinese character takes two columns
            let columns: usize = line
                .chars()
                .map(|c| if c < '\u{1100}' { 1 } else { 2 })
                .sum();
            assert!(columns <= 80, "{flag}: {line}");
        }
    }
}

#[test]
fn the_help_of_each_command_has_an_example() {
    let leaves = leaves();
    assert!(leaves.len() >= 10, "{leaves:?}");
    for path in leaves {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let help = shown(&[&names[..], &["--help"]].concat());
        let command = format!("apaas-flow {} ", names.join(" "));
        let own = help.split_once("Print help").map_or("", |(_, own)| own);
        assert!(
            own.lines().all(|line| line.len() <= 80),
            "it is broken on a terminal of 80 columns\n{own}"
        );
        let (_, examples) = help
            .split_once("Example")
            .unwrap_or_else(|| panic!("{names:?}\n{help}"));
        assert!(examples.contains(command.trim_end()), "{names:?}\n{help}");
    }
}

#[test]
fn each_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = shown(&["completions", shell]);
        for word in ["generate", "dry-run", "max-failures"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn each_command_has_a_manual_page() {
    let page = shown(&["man"]);
    assert!(page.contains(".TH apaas"), "{page}");
    let folder = std::env::temp_dir().join(format!("apaas-flow-man-{}", std::process::id()));
    shown(&["man", folder.to_str().unwrap()]);
    for path in leaves() {
        let page = folder.join(format!("apaas-flow-{}.1", path.join("-")));
        assert!(page.is_file(), "{}", page.display());
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
