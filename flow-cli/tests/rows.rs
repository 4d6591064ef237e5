//! The file of `bulk run --rows`: which files can be read, and what is said of those that cannot.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod program;

use std::fs;
use std::sync::Once;

use apaas_flow_emulator::Emulator;
use serde_json::json;

use program::{Ended, FLOW, Folder, bulk, emulator, program, run};

/// Nothing was sent of what comes through a pipe, which could be read only once.
#[cfg(unix)]
#[tokio::test]
async fn rows_come_from_a_file_that_can_be_read_twice() {
    use program::{end_of, started};
    use std::process::{Command, Stdio};

    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("rows.csv", "no\n1\n2\n");
    let mut cat = Command::new("cat");
    cat.arg(folder.0.join("rows.csv")).stdout(Stdio::piped());
    let mut cat = cat.spawn().unwrap();
    let mut piped = program(&folder.0, emulator.url());
    piped.stdin(cat.stdout.take().unwrap());
    let of_pipe = run(piped, &bulk("/dev/stdin", &[])).await;
    cat.wait().unwrap();

    let mut mkfifo = Command::new("mkfifo");
    assert!(
        mkfifo
            .arg(folder.0.join("fifo"))
            .status()
            .unwrap()
            .success()
    );
    let of_fifo = started(program(&folder.0, emulator.url()), &bulk("fifo", &[]));
    let of_folder = run(program(&folder.0, emulator.url()), &bulk(".", &[])).await;
    for ended in [of_pipe, end_of(of_fifo).await, of_folder] {
        assert_eq!(ended.exit, 2, "{ended}");
        for part in ["not a regular file", "write the rows to a file first"] {
            assert!(ended.stderr.contains(part), "{part} in {ended}");
        }
    }
    assert_eq!(emulator.runs(), 0);

    // stdin may be a file
    let mut redirected = program(&folder.0, emulator.url());
    redirected.stdin(fs::File::open(folder.0.join("rows.csv")).unwrap());
    let ended = run(redirected, &bulk("/dev/stdin", &[])).await;
    assert_eq!(ended.exit, 0, "{ended}");
    assert_eq!(emulator.runs(), 2);
}

/// A run of 40 rows, whose file becomes another when the first of them arrives.
async fn changed(change: fn(&str) -> String) -> (Ended, usize) {
    let (emulator, folder) = (Emulator::start().await.unwrap(), Folder::new());
    // so long that the file is not read at once
    let note = "x".repeat(1000);
    let rows = (1..=40).map(|no| format!("{no},{note}\n"));
    let rows = format!("no,note\n{}", rows.collect::<String>());
    folder.write("rows.csv", &rows);
    let (file, once) = (folder.0.join("rows.csv"), Once::new());
    emulator.on_raw("package_x__c", "flow_y", move |_| {
        once.call_once(|| fs::write(&file, change(&rows)).unwrap());
        Ok(json!({}))
    });
    let args = bulk("rows.csv", &["--concurrency", "1", "--format", "json"]);
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    (ended, emulator.runs())
}

#[tokio::test]
async fn a_file_that_changes_during_the_run_is_no_success() {
    let (ended, runs) = changed(|rows| rows.split_inclusive('\n').take(21).collect()).await;
    assert_eq!((ended.exit, runs), (2, 20), "{ended}");
    assert_eq!(ended.json()["ran"], 20, "{ended}");
    for part in [
        "changed",
        "40 rows",
        "ended after 20 rows",
        "where it left off",
    ] {
        assert!(ended.stderr.contains(part), "{part} in {ended}");
    }
    // nobody has checked the new ones
    let (ended, runs) = changed(|rows| format!("{rows}41,y\n42,y\n")).await;
    assert_eq!((ended.exit, runs), (2, 40), "{ended}");
    assert_eq!(ended.json()["ran"], 40, "{ended}");
    for part in ["changed", "40 rows", "at least 41"] {
        assert!(ended.stderr.contains(part), "{part} in {ended}");
    }
    // the last one is no row any more
    let (ended, runs) = changed(|rows| rows.replace("\n40,", "\n,")).await;
    assert_eq!((ended.exit, runs), (2, 39), "{ended}");
    for part in ["changed", "line 41", "`no` of the key is empty"] {
        assert!(ended.stderr.contains(part), "{part} in {ended}");
    }
}

/// What Excel saves in China, and as "Unicode text".
#[tokio::test]
async fn a_csv_in_another_encoding_is_refused_with_the_cure() {
    let folder = Folder::new();
    let in_header = b"\xb6\xa9\xb5\xa5\xba\xc5,no\n1,1\n".to_vec();
    let in_cell = b"no,note\n1,\xbc\xd3\xbc\xb1\n".to_vec();
    let utf_16 = b"\xff\xfen\0o\0\n\x001\0\n\0".to_vec();
    for (file, line) in [
        (in_header, "line 1"),
        (in_cell, "line 2"),
        (utf_16, "line 1"),
    ] {
        fs::write(folder.0.join("rows.csv"), file).unwrap();
        let ended = run(program(&folder.0, ""), &bulk("rows.csv", &[])).await;
        assert_eq!(ended.exit, 2, "{ended}");
        for part in [line, "save it as CSV UTF-8 (UTF-8 编码的 CSV)"] {
            assert!(ended.stderr.contains(part), "{part} in {ended}");
        }
    }
    fs::write(folder.0.join("rows.jsonl"), b"{\"no\": \"\xbc\xd3\"}\n").unwrap();
    let ended = run(program(&folder.0, ""), &bulk("rows.jsonl", &[])).await;
    assert_eq!(ended.exit, 2, "{ended}");
    for part in ["line 1", "save it as UTF-8"] {
        assert!(ended.stderr.contains(part), "{part} in {ended}");
    }
}

#[tokio::test]
async fn a_json_line_is_one_object_with_each_name_once() {
    let (emulator, folder) = (emulator().await, Folder::new());
    for (line, says) in [
        (
            r#"{"no": 1, "variable_a": 1, "variable_a": 2}"#,
            "has `variable_a` twice",
        ),
        (r#"[{"no": 1}]"#, "is an array"),
        ("[", "is an array"),
        ("7", "is a number"),
        ("1.5", "is a number"),
        (r#""a private value""#, "is a string"),
        ("true", "is a boolean"),
        ("null", "is null"),
        (r#"{"no": 1"#, "see column 8"),
        ("no", "see column"),
    ] {
        folder.write("rows.jsonl", &format!("{{\"no\": 0}}\n{line}\n"));
        let ended = run(program(&folder.0, emulator.url()), &bulk("rows.jsonl", &[])).await;
        assert_eq!(ended.exit, 2, "{line}: {ended}");
        for part in ["rows.jsonl, line 2", says] {
            assert!(ended.stderr.contains(part), "{line}: {part} in {ended}");
        }
        assert!(!ended.stderr.contains("column 0"), "{line}: {ended}");
        assert!(!ended.stderr.contains("private"), "{line}: {ended}");
    }
    assert_eq!(emulator.runs(), 0);

    folder.write("array.json", "[1]");
    let args = ["call", FLOW, "--inputs", "array.json"];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 2, "{ended}");
    assert!(ended.stderr.contains("array.json is an array"), "{ended}");
}

#[tokio::test]
async fn a_column_that_no_row_has_is_a_mistake_in_json_lines_too() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write(
        "rows.jsonl",
        "{\"no\": 1, \"amount\": 5}\n{\"no\": 2, \"note\": null}\n",
    );
    let with = |input: &'static str| bulk("rows.jsonl", &["-i", input]);
    let misspelt = run(
        program(&folder.0, emulator.url()),
        &with("variable_n=amuont"),
    )
    .await;
    assert_eq!((misspelt.exit, emulator.runs()), (2, 0), "{misspelt}");
    for part in [
        "-i variable_n: no column `amuont`",
        "did you mean `amount`",
        "nothing was sent",
    ] {
        assert!(misspelt.stderr.contains(part), "{part} in {misspelt}");
    }
    // some rows may lack it, or have none of it
    for input in ["variable_n=amount", "variable_n=note"] {
        let ended = run(program(&folder.0, emulator.url()), &with(input)).await;
        assert!(
            ended.exit == 0 || ended.stderr.contains("other inputs"),
            "{ended}"
        );
    }
}

#[tokio::test]
async fn two_rows_of_one_key_are_found_before_anything_is_sent() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("rows.csv", "no\n1\n2\n1\n");
    let ended = run(program(&folder.0, emulator.url()), &bulk("rows.csv", &[])).await;
    assert_eq!((ended.exit, emulator.runs()), (2, 0), "{ended}");
    for part in [
        "rows.csv, line 4",
        "the key `k-1` is an earlier row's already",
        "nothing was sent",
    ] {
        assert!(ended.stderr.contains(part), "{part} in {ended}");
    }
}

#[tokio::test]
async fn a_csv_without_columns_says_why() {
    let folder = Folder::new();
    for (text, says) in [
        ("no;amount\n1;2\n", "separated by ';'; save it with commas"),
        ("no\tamount\n1\t2\n", "separated by '\\t'"),
        ("", "is empty; its first line must name the columns"),
    ] {
        folder.write("rows.csv", text);
        let ended = run(program(&folder.0, ""), &bulk("rows.csv", &[])).await;
        assert_eq!(ended.exit, 2, "{ended}");
        assert!(ended.stderr.contains(says), "{says} in {ended}");
    }
}

#[tokio::test]
async fn a_quote_that_is_not_closed_swallows_no_rows() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("rows.csv", "no,variable_a\n1,\"abc\n2,def\n3,ghi\n");
    let ended = run(program(&folder.0, emulator.url()), &bulk("rows.csv", &[])).await;
    assert_eq!((ended.exit, emulator.runs()), (2, 0), "{ended}");
    assert!(
        ended
            .stderr
            .contains("rows.csv, line 2: a quote is not closed"),
        "{ended}"
    );
    // a cell of several lines, the last of all
    folder.write("rows.csv", "no,variable_a\n1,\"abc\ndef\"\n");
    let ended = run(program(&folder.0, emulator.url()), &bulk("rows.csv", &[])).await;
    assert_eq!((ended.exit, emulator.runs()), (0, 1), "{ended}");
}

#[tokio::test]
async fn what_a_row_has_does_not_control_the_terminal() {
    let folder = Folder::new();
    folder.write("rows.csv", "no\nx\u{1b}[31m\u{202e}\nx\u{1b}[31m\u{202e}\n");
    let ended = run(program(&folder.0, ""), &bulk("rows.csv", &[])).await;
    assert!(
        ended.stderr.contains("is an earlier row's already"),
        "{ended}"
    );
    assert!(!ended.stderr.contains(['\u{1b}', '\u{202e}']), "{ended}");
}

#[tokio::test]
async fn lines_are_counted_from_1_however_they_end() {
    let folder = Folder::new();
    for end in ["\n", "\r\n"] {
        folder.write("rows.csv", &format!("no,a{end}1,x{end},y{end}"));
        let ended = run(program(&folder.0, ""), &bulk("rows.csv", &[])).await;
        assert_eq!(ended.exit, 2, "{ended}");
        assert!(ended.stderr.contains("rows.csv, line 3:"), "{ended}");

        let short = format!("no,a{end}1,x{end}2{end}");
        let gbk = [format!("no,a{end}1,x{end}2,").as_bytes(), b"\xbc\xd3\n"].concat();
        for (rows, says) in [
            (
                short.into_bytes(),
                "line 3 has 1 cells, and the header has 2",
            ),
            (gbk, "line 3 is not UTF-8"),
        ] {
            fs::write(folder.0.join("rows.csv"), rows).unwrap();
            let ended = run(program(&folder.0, ""), &bulk("rows.csv", &[])).await;
            assert!(ended.stderr.contains(says), "{says} in {ended}");
        }
    }
}

#[tokio::test]
async fn the_outputs_of_rows_that_run_are_kept_on_request() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write(
        "rows.jsonl",
        "{\"no\": 1}\n{\"no\": 2, \"fail\": true}\n{\"no\": 3}\n",
    );
    let args = bulk(
        "rows.jsonl",
        &["--outputs", "out.jsonl", "--concurrency", "1"],
    );
    // left by a process that was killed
    folder.write("out.jsonl", "{\"row\":\"half");
    for _ in 0..2 {
        let ended = run(program(&folder.0, emulator.url()), &args).await;
        assert_eq!(ended.exit, 1, "{ended}");
        // why a row failed is told where it is seen
        assert!(ended.stdout.contains("for example `k-2`"), "{ended}");
    }
    let text = folder.read("out.jsonl");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("{\"row\":\"half"));
    let lines: Vec<serde_json::Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let rows: Vec<_> = lines.iter().map(|line| &line["row"]).collect();
    assert_eq!(rows, ["k-1", "k-3"], "once each, also after a second run");
    assert_eq!(lines[0]["outputs"]["variable_seen"]["no"], 1);
    assert!(text.contains("9007199254740993"), "no number is rounded");

    // what cannot be kept ends the run, and is told
    if cfg!(not(target_os = "linux")) {
        return;
    }
    folder.write("more.jsonl", "{\"no\": 4}\n{\"no\": 5}\n");
    let unequal = bulk("rows.jsonl", &["--outputs", "rows.jsonl"]);
    let ended = run(program(&folder.0, emulator.url()), &unequal).await;
    assert!(
        ended.exit == 2 && ended.stderr.contains("the file of --rows"),
        "{ended}"
    );
    fs::hard_link(folder.0.join("j.db"), folder.0.join("link.db")).unwrap();
    let before = fs::read(folder.0.join("j.db")).unwrap();
    for file in ["j.db", "j.db-wal", "j.db.lock", "link.db"] {
        let ended = run(
            program(&folder.0, emulator.url()),
            &bulk("rows.jsonl", &["--outputs", file]),
        )
        .await;
        assert!(
            ended.exit == 2 && ended.stderr.contains("the file of --journal"),
            "{file}: {ended}"
        );
        let export = ["bulk", "export", "--journal", "j.db", "-o", file];
        let ended = run(program(&folder.0, emulator.url()), &export).await;
        assert!(
            ended.exit == 2 && ended.stderr.contains("the file of --journal"),
            "{file}: {ended}"
        );
    }
    assert!(
        fs::read(folder.0.join("j.db")).unwrap() == before,
        "the journal is as it was"
    );

    let full = bulk(
        "more.jsonl",
        &["--outputs", "/dev/full", "--concurrency", "1"],
    );
    let ended = run(program(&folder.0, emulator.url()), &full).await;
    assert_eq!(ended.exit, 2, "{ended}");
    for part in [
        "row `k-4` ran",
        "not all in /dev/full: No space left",
        "no further row was sent",
    ] {
        assert!(ended.stderr.contains(part), "{part} in {ended}");
    }
}

#[tokio::test]
async fn a_program_finds_every_mistake_in_the_json() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let json = ["--format", "json"];
    let missing = run(program(&folder.0, emulator.url()), &bulk("none.csv", &json)).await;
    assert_eq!(
        (missing.exit, &missing.json()["ran"]),
        (2, &json!(0)),
        "{missing}"
    );
    assert_eq!(missing.json()["error"]["kind"], "usage", "{missing}");
    let message = missing.json()["error"]["message"].to_string();
    assert!(message.contains("none.csv"), "{missing}");

    folder.write("rows.csv", "no,variable_a\n1,x\n");
    let fine = run(program(&folder.0, emulator.url()), &bulk("rows.csv", &json)).await;
    assert_eq!((fine.exit, fine.json().get("error")), (0, None), "{fine}");
    folder.write("rows.csv", "no,variable_a\n1,y\n");
    let changed = run(program(&folder.0, emulator.url()), &bulk("rows.csv", &json)).await;
    assert_eq!(
        (changed.exit, &changed.json()["error"]["kind"]),
        (2, &json!("changed")),
        "{changed}"
    );

    let status = ["bulk", "status", "--journal", "none.db", "--format", "json"];
    let ended = run(program(&folder.0, emulator.url()), &status).await;
    assert!(
        ended.exit == 2 && ended.json()["error"]["kind"] == "journal",
        "{ended}"
    );
}
