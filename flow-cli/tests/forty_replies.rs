//! Forty flows with replies of random outputs, in both of the platform's dialects: what `generate` writes of them
//! compiles, is formatted, and reads every reply, with each value in it.
//!
//! The values are looked at through the flow's other direction: a copy of each file, with `emulate` and `Serialize`
//! added, writes what it has read.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod forty;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use forty::reply::{Dialect, envelope};
use forty::shape::Object;
use forty::{Random, package::Package};
use serde_json::Value;

const FLOWS: usize = 40;

struct Case {
    outputs: Object,
    replies: Vec<Value>,
}

impl Case {
    fn new(number: usize) -> Self {
        let mut random = Random::new(u64::try_from(number).unwrap());
        let outputs = Object::random(&mut random, 0);
        let mut replies = Vec::new();
        for _ in 0..=random.below(3) {
            let dialect = random.pick(&[Dialect::Engine, Dialect::Data]);
            replies.push(outputs.value(&mut random, dialect));
        }
        Self { outputs, replies }
    }
}

#[test]
fn what_is_generated_compiles_and_reads_them() {
    let cases: Vec<Case> = (0..FLOWS).map(Case::new).collect();
    let package = Package::new("forty-replies");
    let mut main = String::from("mod plain;\nmod emulated;\n\nfn main() {\n");
    let (mut modules, mut all) = (String::new(), String::new());
    for (i, case) in cases.iter().enumerate() {
        let mut generate = apaas_flow();
        generate.current_dir(&package.folder).arg("generate");
        for (j, outputs) in case.replies.iter().enumerate() {
            let file = format!("reply_{i}_{j}.json");
            package.write(&file, &envelope(outputs));
            generate.args(["--reply", &file]);
            let read = |module: &str| format!("{module}::reply_{i}::Reply{i}");
            let (plain, emulated) = (read("plain"), read("emulated"));
            writeln!(
                main,
                "    read::<{plain}>(\"{file}\");\n    write::<{emulated}>(\"{file}\");"
            )
            .unwrap();
        }
        let file = format!("src/plain/reply_{i}.rs");
        generate.args(["--flow", &format!("package_x__c/reply_{i}"), "-o", &file]);
        let generated = generate.output().unwrap();
        assert!(
            generated.status.success(),
            "{}",
            String::from_utf8_lossy(&generated.stderr)
        );
        let source = fs::read_to_string(package.folder.join(&file)).unwrap();
        assert_formatted(&package.folder.join(&file));
        package.write(&format!("src/emulated/reply_{i}.rs"), &emulated(&source));
        writeln!(modules, "pub mod reply_{i};").unwrap();
        all.push_str(&source);
    }
    for value in [
        "Attachment",
        "Avatar",
        "BigInt",
        "Choice",
        "Date",
        "DateTime",
        "Decimal",
        "Lookup",
        "Multilingual",
        "Phone",
        "Region",
        "RichText",
    ] {
        let is_recognised = [format!(": {value},"), format!("<{value}>")];
        assert!(is_recognised.iter().any(|ty| all.contains(ty)), "{value}");
    }
    main.push_str("}\n");
    main.push_str(forty::package::READ_AND_WRITE);
    package.write("src/main.rs", &main);
    package.write("src/plain/mod.rs", &modules);
    package.write("src/emulated/mod.rs", &modules);

    let written = package.run();
    let mut written = written.lines();
    for (i, case) in cases.iter().enumerate() {
        for sample in &case.replies {
            let line = written.next().unwrap();
            let written = serde_json::from_str(line).unwrap();
            if let Err(why) = case.outputs.same(sample, &written) {
                let source = package.folder.join(format!("src/plain/reply_{i}.rs"));
                let source = fs::read_to_string(source).unwrap();
                panic!("{why}\nreply  {sample}\nread   {written}\n{source}");
            }
        }
    }
    assert_eq!(written.next(), None);
}

/// A contract of each type, on both sides, nested, and with names of every kind.
#[test]
fn what_is_generated_from_contracts_compiles() {
    let package = Package::new("from-contracts");
    let types = [
        "text",
        "string",
        "integer",
        "number",
        "boolean",
        "bigint",
        "decimal",
        "date",
        "datetime",
        "option",
        "multilingual",
        "lookup",
        "phone",
        "region",
        "avatar",
        "attachment",
        "richtext",
        "array",
        "object",
        "any",
    ];
    let mut entries: Vec<String> = Vec::new();
    for (i, word) in types.iter().enumerate() {
        entries.push(format!(
            r#""variable_{word}": {{"type": "{word}", "required": true}}"#
        ));
        entries.push(format!(
            r#""{}_{word}": {{"type": "{word}", "several": true, "optional": true, "description": "line {i}\n\nand `more` [of] it"}}"#,
            ["type", "变量", "9", "self", "param_variable"][i % 5]
        ));
    }
    entries.push(
        r#""lines": {"type": "array", "items": {"type": "object", "fields": {
            "sku": {"type": "text"}, "self": {"type": "integer", "optional": true}, "带 空格": {"type": "phone"},
            "type": {"type": "array", "items": {"type": "array", "items": {"type": "object", "fields": {"a": {"type": "option"}}}}}}}}"#
            .to_owned(),
    );
    let entries = entries.join(",\n");
    package.write(
        "flows/package_x__c/every_type.json",
        &format!(r#"{{"description": "All.", "inputs": {{{entries}}}, "outputs": {{{entries}}}}}"#),
    );
    package.write("flows/package_x__c/nothing.json", "{}");
    package.write("flows/package_y__c/every_type.json", r#"{"outputs": {}}"#);
    let mut generate = apaas_flow();
    generate
        .current_dir(&package.folder)
        .args(["generate", "flows", "-o", "src/plain.rs"]);
    let generated = generate.output().unwrap();
    assert!(
        generated.status.success(),
        "{}",
        String::from_utf8_lossy(&generated.stderr)
    );
    assert_formatted(&package.folder.join("src/plain.rs"));
    package.write(
        "src/main.rs",
        "mod plain;\n\nfn main() {\n    println!(\"compiled\");\n}\n",
    );
    assert_eq!(package.run(), "compiled\n");
}

fn apaas_flow() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_apaas-flow"));
    // so that what is looked at is the generator's own format
    program.env("PATH", "");
    program
}

/// The same file, which can also write what it reads.
fn emulated(source: &str) -> String {
    let both = source.replace(
        "serde::Deserialize)",
        "serde::Deserialize, serde::Serialize)",
    );
    let start = both.find("#[apaas_flow(").unwrap() + "#[apaas_flow(".len();
    let (before, after) = both.split_at(start);
    format!("{before}emulate, {after}")
}

#[track_caller]
fn assert_formatted(file: &Path) {
    let rustfmt = Command::new("rustfmt")
        .args(["--check", "--edition", "2024"])
        .arg(file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&rustfmt.stdout);
    assert!(rustfmt.status.success(), "{said}");
}
