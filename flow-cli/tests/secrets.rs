//! A secret, as editors and shells leave it in a file or a variable.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod program;

use std::fs;

use apaas_flow_emulator::Emulator;

use program::{Ended, FLOW, Folder, program, run};

/// A call with these settings, to a platform that knows the app by one secret.
async fn called(folder: &Folder, settings: &[(&str, &str)]) -> Ended {
    let builder = Emulator::builder().app_credentials("cli_test", "hunter2");
    let emulator = builder.start().await.unwrap();
    emulator.on_raw("package_x__c", "flow_y", Ok);
    let mut program = program(&folder.0, emulator.url());
    for (name, value) in settings {
        if *name == "APAAS_APP_SECRET_FILE" {
            program.env_remove("APAAS_APP_SECRET");
        }
        program.env(name, value);
    }
    run(program, &["call", FLOW]).await
}

const FILE: (&str, &str) = ("APAAS_APP_SECRET_FILE", "secret.txt");

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_a_secret() {
    let folder = Folder::new();
    for text in ["\u{feff}hunter2\r\n", "\u{feff} hunter2", "hunter2\n"] {
        folder.write("secret.txt", text);
        let ended = called(&folder, &[FILE]).await;
        assert_eq!(ended.exit, 0, "{text:?}: {ended}");
    }
    folder.write("secret.txt", "\u{feff}\r\n");
    let ended = called(&folder, &[FILE]).await;
    assert_eq!(ended.exit, 2, "{ended}");
    assert!(ended.stderr.contains("is empty"), "{ended}");
}

/// As Windows PowerShell's `>` writes it.
#[tokio::test]
async fn a_secret_in_another_encoding_is_refused_with_the_cure() {
    let folder = Folder::new();
    fs::write(folder.0.join("secret.txt"), b"\xff\xfeh\0u\0n\0").unwrap();
    let ended = called(&folder, &[FILE]).await;
    assert_eq!(ended.exit, 2, "{ended}");
    for part in [
        "secret.txt",
        "APAAS_APP_SECRET_FILE",
        "save it as plain UTF-8 text",
    ] {
        assert!(ended.stderr.contains(part), "{part} in {ended}");
    }
}

/// As they come out of an env file, which no shell has read. `run` sees to it that no message has the secret.
#[tokio::test]
async fn quotes_are_not_sent_as_a_part_of_an_id_or_a_secret() {
    let folder = Folder::new();
    folder.write("secret.txt", "'hunter2'\n");
    for (name, value) in [
        ("APAAS_APP_SECRET", "\"hunter2\""),
        ("APAAS_APP_SECRET", "'hunter2'"),
        ("APAAS_APP_ID", "\"cli_test\""),
        FILE,
    ] {
        let ended = called(&folder, &[(name, value)]).await;
        assert_eq!(ended.exit, 2, "{name}: {ended}");
        for part in [name, "is in quotes"] {
            assert!(ended.stderr.contains(part), "{part} in {ended}");
        }
    }
}

#[tokio::test]
async fn no_value_of_a_setting_is_quoted() {
    let folder = Folder::new();
    folder.write("apaas-flow.toml", "[profile]\napp_secret = \"hunter2\"\n");
    let ended = run(program(&folder.0, ""), &["doctor", "--profile", "p"]).await;
    assert_eq!(ended.exit, 1, "{ended}");
    let says = "apaas-flow.toml:2: a value of another type; expected";
    assert!(ended.stdout.contains(says), "{ended}");
    std::fs::remove_file(folder.0.join("apaas-flow.toml")).unwrap();

    let url = "ftp://user:hunter2@127.0.0.1/?a=hunter2";
    let ended = run(program(&folder.0, url), &["doctor"]).await;
    assert_eq!(ended.exit, 1, "{ended}");
    assert!(ended.stdout.contains("base URL"), "{ended}");
}
