//! The recorder and the emulator have one opinion on every file, and the attribute has it too (its own tests read the
//! same table).

use std::fs;
use std::path::Path;

use apaas_flow::{ErrorKind, apaas_flow, contract};
use apaas_flow_emulator::Emulator;

#[path = "../../flow-contract/tests/odd_files/mod.rs"]
mod odd_files;

#[apaas_flow(namespace = "package_shop__c", flow_id = "odd_0a1b2c3d4e")]
struct Odd {
    #[input("variable_a")]
    a: i64,
}

/// What the two say of a file, without its path.
fn said(by: &str, text: &[u8]) -> [Result<(), String>; 2] {
    let name = format!("odd-contracts-{}-{by}", std::process::id());
    let flows = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let file = flows.join("package_shop__c/odd_0a1b2c3d4e.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    let emulator = Emulator::builder().contracts(&flows).start_blocking();
    let emulator = emulator.map(drop).map_err(|error| error.to_string());
    let recorder = contract::write::<Odd>(&flows).map(drop).map_err(|error| {
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(fs::read(&file).unwrap(), text, "left alone");
        error.to_string()
    });
    fs::remove_dir_all(&flows).unwrap();
    let file = file.display().to_string();
    [emulator, recorder].map(|said| said.map_err(|error| error.replace(&file, "FILE")))
}

#[test]
fn odd_files_are_refused_and_accepted() {
    for (text, mistakes) in odd_files::odd_files() {
        let [emulator, recorder] = said("table", text.as_bytes());
        if mistakes.is_empty() {
            assert_eq!((emulator, recorder), (Ok(()), Ok(())), "{text}");
            continue;
        }
        let lines: Vec<_> = mistakes.iter().map(|told| format!("FILE:{told}")).collect();
        assert_eq!(emulator.unwrap_err(), lines.join("\n"), "{text}");
        let line = mistakes.join("; ").replacen(": ", " is malformed: ", 1);
        let recorder = recorder.unwrap_err();
        assert!(
            recorder.ends_with(&format!("the contract FILE:{line}")),
            "{recorder}"
        );
    }
}

#[test]
fn a_file_that_is_not_unicode() {
    for said in said("unicode", b"{\"note\": \"\xff\"}") {
        let said = said.unwrap_err();
        assert!(said.ends_with("valid UTF-8"), "{said}");
    }
}
