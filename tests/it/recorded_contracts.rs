//! Contracts: what replies and code say of a flow, in files.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use apaas_flow::{Client, DynamicFlow, ErrorKind, Result, apaas_flow, contract};
use apaas_flow_emulator::Emulator;
use serde_json::{Value, json};

use crate::flows::{Bill, BillOutput, SUCCESS, bill, delete, reply, success};
use crate::server::{Answer, Server, json as answer, status};

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("contracts-{}-{count}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Where contracts are to be, which is not there yet.
    fn flows(&self) -> PathBuf {
        self.0.join("flows")
    }

    fn file(&self, namespace: &str, flow_id: &str) -> PathBuf {
        self.flows().join(namespace).join(format!("{flow_id}.json"))
    }

    fn bill(&self) -> PathBuf {
        self.file("package_shop__c", "bill_0a1b2c3d4e")
    }

    /// The bill's contract, as somebody has written it.
    fn put(&self, text: &str) {
        fs::create_dir_all(self.bill().parent().unwrap()).unwrap();
        fs::write(self.bill(), text).unwrap();
    }

    fn text(&self) -> String {
        fs::read_to_string(self.bill()).unwrap()
    }

    /// All files in it, their names and texts, but for the lock.
    fn files(&self) -> Vec<(String, String)> {
        fn walk(folder: &Path, all: &mut Vec<(String, String)>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if path.is_dir() {
                    walk(&path, all);
                } else if name != ".lock" {
                    all.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
        let mut all = Vec::new();
        walk(&self.0, &mut all);
        all
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn recording(server: &Server, folder: &Folder) -> Client {
    let builder = server.builder().record_contracts(folder.flows());
    builder.build().unwrap()
}

/// A bill's call that gets this answer.
async fn bill_gets(
    folder: &Folder,
    answer: impl Fn() -> Answer + Send + Sync + 'static,
) -> Result<apaas_flow::Execution<BillOutput>> {
    let server = Server::platform(move |_| answer());
    bill().execute(&recording(&server, folder)).await
}

async fn bill_shows(folder: &Folder, outputs: Value) {
    let text = success(&outputs);
    let _ = bill_gets(folder, move || answer(&*text)).await;
}

const BILL: &str = r#"{
  "partial": true,
  "outputs": {
    "variable_lines": { "type": "array", "items": { "type": "integer" } },
    "variable_paid": { "type": "boolean" },
    "variable_total": { "type": "string" }
  }
}
"#;

#[tokio::test]
async fn a_success_is_recorded_without_its_values() {
    let folder = Folder::new();
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<Bill>(|_| {
        Ok(BillOutput {
            total: "0utput".to_owned(),
            lines: vec![77],
            paid: true,
        })
    });
    let client = Client::builder()
        .app_credentials("cli_emulator", "secret")
        .operator(apaas_flow::Operator::id(1111))
        .base_url(emulator.url())
        .record_contracts(folder.flows())
        .build()
        .unwrap();
    assert!(!folder.flows().exists());
    bill().execute(&client).await.unwrap();
    // which the emulator adds, as the platform does
    let id = "\"outputs\": {\n    \"_flowExecutionID\": { \"type\": \"integer\" },";
    let text = BILL.replace("\"outputs\": {", id);
    assert_eq!(folder.files(), [("bill_0a1b2c3d4e.json".to_owned(), text)]);
}

/// The reply teaches most where the struct is wrong.
#[tokio::test]
async fn a_reply_that_does_not_decode_is_recorded() {
    let folder = Folder::new();
    let error = bill_gets(&folder, || {
        answer(success(
            &json!({ "variable_total": "0utput", "variable_lines": [77], "variable_paid": true, "_other": {"0utput": 1.5} }),
        ))
    });
    assert!(error.await.is_ok());
    let error = bill_gets(&folder, || {
        answer(success(&json!({ "variable_sum": 12.5 })))
    });
    assert_eq!(error.await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(
        folder.text(),
        r#"{
  "partial": true,
  "outputs": {
    "_other": { "type": "object", "optional": true },
    "variable_lines": { "type": "array", "items": { "type": "integer" }, "optional": true },
    "variable_paid": { "type": "boolean", "optional": true },
    "variable_sum": { "type": "number" },
    "variable_total": { "type": "string", "optional": true }
  }
}
"#
    );
}

#[tokio::test]
async fn a_failed_run_teaches_what_it_has_and_nothing_by_what_it_lacks() {
    for data in [
        json!({ "status": "failed", "execution_id": "7" }),
        json!({ "status": "end", "code": "k_1" }),
        json!({ "error_msg": "boom" }),
        json!({ "status": "wait" }),
    ] {
        let folder = Folder::new();
        let fails = |out_params: &str| {
            let mut data = data.clone();
            data["out_params"] = out_params.into();
            let text = reply(&data);
            bill_gets(&folder, move || answer(&*text))
        };
        fails("[]").await.unwrap_err();
        assert_eq!(folder.files(), [], "nothing is known");

        bill_shows(
            &folder,
            json!({ "variable_total": "1", "variable_paid": true }),
        )
        .await;
        let out_params = r#"[{"api_name":"_reason","value":"0utput"},{"api_name":"variable_total","value":null}]"#;
        let error = fails(out_params).await.unwrap_err();
        assert_eq!(error.out_params(), Some(out_params));
        assert_eq!(
            folder.text(),
            r#"{
  "partial": true,
  "outputs": {
    "_reason": { "type": "string" },
    "variable_paid": { "type": "boolean" },
    "variable_total": { "type": "string" }
  }
}
"#
        );
    }
}

#[tokio::test]
async fn null_and_absence_are_learnt() {
    let replies = [
        json!({ "a": 1, "b": "x" }),
        json!({ "a": null, "b": "y" }),
        json!({ "a": 2 }),
        json!({ "a": 1, "b": "x", "c": null }),
    ];
    for (order, of_b) in [
        ([0, 1, 2, 3], r#", "optional": true"#),
        ([3, 2, 1, 0], r#", "optional": true"#),
        // no reply lacked it since it came up
        ([2, 0, 3, 1], ""),
    ] {
        let folder = Folder::new();
        for i in order {
            let reply = replies[i].clone();
            bill_shows(&folder, reply).await;
        }
        assert_eq!(
            folder.text(),
            r#"{
  "partial": true,
  "outputs": {
    "a": { "type": "integer", "optional": true },
    "b": { "type": "string"OF_B },
    "c": { "optional": true }
  }
}
"#
            .replace("OF_B", of_b)
        );
    }
}

#[tokio::test]
async fn a_conflict_is_written_down_and_nothing_else_is_touched() {
    let folder = Folder::new();
    folder.put(
        r#"{ "owner": "shop",
  "outputs": {
    "variable_total": { "type": "integer", "description": "the sum" }, "variable_lines": {"x-unit":  [1, 2]},
    "variable_paid": { "optional": false }
  }
}"#,
    );
    let shown =
        json!({ "variable_total": "0utput", "variable_lines": [77], "variable_paid": null });
    bill_shows(&folder, shown.clone()).await;
    let text = r#"{
  "owner": "shop",
  "outputs": {
    "variable_total": { "type": "integer", "description": "the sum" },
    "variable_lines": { "x-unit": [1, 2], "type": "array", "items": { "type": "integer" } },
    "variable_paid": { "optional": false }
  },
  "conflicts": [
    { "output": "variable_paid", "contract": "not optional", "reply": "null" },
    { "output": "variable_total", "contract": "integer", "reply": "string" }
  ]
}
"#;
    assert_eq!(folder.text(), text);
    bill_shows(&folder, shown).await;
    assert_eq!(folder.text(), text);
}

/// The file is replaced, and read, with nothing of it touched when there is nothing new: no lock either.
#[tokio::test]
async fn nothing_new_touches_nothing() {
    let folder = Folder::new();
    // as a person writes, and not as it would be printed
    let text = "{\"outputs\":{\"variable_total\":{\"type\":\"decimal\"},\n\n\"variable_lines\":{\"type\":\"array\"},\"variable_paid\":{\"type\":\"boolean\"}}}";
    folder.put(text);
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let file = fs::File::options().append(true).open(folder.bill());
    file.unwrap().set_modified(long_ago).unwrap();
    for total in [json!("12.5"), json!(12.5), json!(12)] {
        let shown =
            json!({ "variable_total": total, "variable_lines": [], "variable_paid": false });
        bill_shows(&folder, shown).await;
    }
    assert_eq!(folder.text(), text);
    let modified = fs::metadata(folder.bill()).unwrap().modified().unwrap();
    assert_eq!(modified, long_ago);
    assert!(!folder.flows().join(".lock").exists());
}

#[tokio::test]
async fn a_malformed_file_is_left_alone_and_the_call_succeeds() {
    for text in ["", "{", "{\"outputs\": {\"a\": {\"type\": \"txt\"}}}"] {
        let folder = Folder::new();
        folder.put(text);
        let run = bill_gets(&folder, || {
            answer(success(
                &json!({ "variable_total": "1", "variable_lines": [], "variable_paid": true }),
            ))
        });
        assert!(run.await.is_ok());
        assert_eq!(
            folder.files(),
            [("bill_0a1b2c3d4e.json".to_owned(), text.to_owned())]
        );
    }
}

#[tokio::test]
async fn replies_without_outputs_teach_nothing() {
    let folder = Folder::new();
    let answers: [fn() -> Answer; 9] = [
        || answer(reply(&json!({ "status": "end" }))),
        || answer(reply(&json!({ "status": "end", "out_params": "" }))),
        || answer(reply(&json!({ "status": "end", "out_params": "<oops>" }))),
        || answer(r#"{"code":2320001,"msg":"m"}"#),
        // What could be taken for outputs by name, but is a whole body that nobody can read.
        || answer(r#"{"code":0,"msg":"ok","data":{"status":"end","out_params":"[]"}"#),
        || answer(r#"{"0utput":1}"#),
        || status(500, r#"{"0utput":1}"#),
        || status(502, "<html>"),
        || Answer::Close,
    ];
    for answer in answers {
        let _ = bill_gets(&folder, answer).await;
        assert_eq!(folder.files(), []);
    }
}

#[tokio::test]
async fn a_flow_is_recorded_under_its_own_names_wherever_the_call_goes() {
    let folder = Folder::new();
    let server = Server::platform(|_| answer(SUCCESS));
    let client = server
        .builder()
        .namespace_alias("package_7344545d87__c", "package_other__c")
        .record_contracts(folder.flows())
        .build()
        .unwrap();
    delete().execute(&client).await.unwrap();
    assert!(server.executions()[0].path.contains("package_other__c"));
    let text = fs::read_to_string(folder.file("package_7344545d87__c", "deleteObject_99c656599f"));
    assert!(
        text.unwrap()
            .contains("\"_flowExecutionID\": { \"type\": \"integer\" }")
    );
    assert_eq!(folder.files().len(), 1);
}

#[tokio::test]
async fn a_dynamic_flow_cannot_leave_the_folder() {
    let folder = Folder::new();
    let server = Server::platform(|_| answer(SUCCESS));
    let client = recording(&server, &folder);
    for (namespace, flow_id) in [
        ("package_x__c", "flow_y"),
        ("../x", "../../escaped"),
        ("a\\b", "/etc/x"),
        ("流程", "C:x"),
    ] {
        let flow = DynamicFlow::new(namespace, flow_id).unwrap();
        flow.execute(&client).await.unwrap();
    }
    // Windows could not check such a repository out.
    for (namespace, flow_id) in [("n", "nul"), ("COM1.x", "f"), ("../..", "f")] {
        let flow = DynamicFlow::new(namespace, flow_id).unwrap();
        flow.execute(&client).await.unwrap();
    }
    for (namespace, flow_id) in [
        ("package_x__c", "flow_y"),
        ("..%2Fx", "..%2F..%2Fescaped"),
        ("a%5Cb", "%2Fetc%2Fx"),
        ("%E6%B5%81%E7%A8%8B", "C%3Ax"),
    ] {
        assert!(folder.file(namespace, flow_id).is_file(), "{namespace}");
    }
    assert_eq!(folder.files().len(), 4);
}

#[tokio::test]
async fn a_started_flow_lacks_nothing() {
    let folder = Folder::new();
    folder.put(BILL);
    let server = Server::platform(|_| {
        answer(reply(
            &json!({ "status": "in_process", "out_params": r#"[{"api_name":"early","value":1}]"# }),
        ))
    });
    let client = recording(&server, &folder);
    bill().start(&client).await.unwrap();
    let added = BILL.replace(
        "    \"variable_lines\"",
        "    \"early\": { \"type\": \"integer\" },\n    \"variable_lines\"",
    );
    assert_eq!(folder.text(), added);
}

#[test]
fn a_folder_that_cannot_be_one_is_said_at_build() {
    let folder = Folder::new();
    let file = folder.0.join("file");
    fs::write(&file, "x").unwrap();
    let build = |path: &Path| {
        let builder = Client::builder().app_credentials("cli_a1b2", "secret");
        builder.record_contracts(path).build()
    };
    for path in [&*file, &file.join("flows"), Path::new("")] {
        let error = build(path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    }
    let error = build(&file).unwrap_err().to_string();
    assert!(error.ends_with("file is not a folder"), "{error}");
    assert!(build(&folder.0.join("not/yet/there")).is_ok());
    assert!(!folder.0.join("not").exists());
}

/// Replies with a name of its own each, from a server in this process.
fn record_many(flows: &Path, names: &str, count: usize) {
    let server = {
        let (names, sent) = (names.to_owned(), AtomicUsize::new(0));
        Server::platform(move |_| {
            let name = format!("{names}_{}", sent.fetch_add(1, Ordering::SeqCst));
            answer(success(&json!({ name: 1 })))
        })
    };
    let client = server.builder().record_contracts(flows).build().unwrap();
    let flow = DynamicFlow::new("package_x__c", "busy").unwrap();
    for _ in 0..count {
        flow.execute(&client).blocking().unwrap();
    }
}

fn assert_all_recorded(folder: &Folder, names: impl Iterator<Item = String>) {
    let text = fs::read_to_string(folder.file("package_x__c", "busy")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let outputs = document["outputs"].as_object().unwrap();
    let mut count = 0;
    for name in names {
        assert_eq!(outputs[&name]["type"], "integer", "{name}");
        count += 1;
    }
    assert_eq!(outputs.len(), count);
    assert_eq!(folder.files().len(), 1, "nothing is left behind");
}

const EACH: usize = 12;

#[test]
fn threads_that_record_at_the_same_time_lose_nothing() {
    let folder = Folder::new();
    let begin = Barrier::new(4);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        // Whoever reads meanwhile, an editor or a compiler, never sees half a file.
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                if let Ok(text) = fs::read_to_string(folder.file("package_x__c", "busy")) {
                    serde_json::from_str::<Value>(&text).unwrap();
                }
            }
        });
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let (flows, begin) = (folder.flows(), &begin);
                scope.spawn(move || {
                    begin.wait();
                    record_many(&flows, &format!("t{number}"), EACH);
                })
            })
            .collect();
        let ended: Vec<_> = threads
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        over.store(true, Ordering::SeqCst);
        assert!(ended.iter().all(thread::Result::is_ok));
    });
    let names = (0..4).flat_map(|t| (0..EACH).map(move |i| format!("t{t}_{i}")));
    assert_all_recorded(&folder, names);
}

const CHILD: &str = "APAAS_FLOW_TEST_RECORDS_INTO";

#[test]
fn processes_that_record_at_the_same_time_lose_nothing() {
    let folder = Folder::new();
    let mut children: Vec<_> = (0..4)
        .map(|number| {
            Command::new(env::current_exe().unwrap())
                .args(["recorded_contracts::one_of_the_processes", "--exact"])
                .env(CHILD, folder.flows())
                .env("APAAS_FLOW_TEST_NAMES", format!("p{number}"))
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    // All of them are there, and begin when they are told to.
    for child in &mut children {
        child.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let names = (0..4).flat_map(|p| (0..EACH).map(move |i| format!("p{p}_{i}")));
    assert_all_recorded(&folder, names);
}

/// Wherever it was: its lock is free, and what it has left behind is used up.
#[test]
fn a_process_that_is_killed_while_it_records_leaves_a_contract() {
    let folder = Folder::new();
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["recorded_contracts::one_of_the_processes", "--exact"])
        .env(CHILD, folder.flows())
        .env("APAAS_FLOW_TEST_NAMES", "killed")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    while !folder.file("package_x__c", "busy").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    record_many(&folder.flows(), "after", 1);
    let text = fs::read_to_string(folder.file("package_x__c", "busy")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    for name in ["killed_0", "after_0"] {
        assert_eq!(document["outputs"][name]["type"], "integer", "{text}");
    }
    assert_eq!(folder.files().len(), 1, "nothing is left behind");
}

/// Does nothing but in the processes of the tests above.
#[test]
fn one_of_the_processes() {
    let Some(flows) = env::var_os(CHILD) else {
        return;
    };
    std::io::stdin().read_exact(&mut [0]).unwrap();
    let names = env::var("APAAS_FLOW_TEST_NAMES").unwrap();
    record_many(Path::new(&flows), &names, EACH);
}

/// Bills an order.
#[apaas_flow(namespace = "package_shop__c", flow_id = "bill_0a1b2c3d4e")]
#[expect(dead_code, reason = "described, never called")]
struct Described {
    #[input("variable_order")]
    order: String,
    /// said "so"
    #[input("variable_note")]
    note: Option<String>,
    #[output("variable_total")]
    total: String,
    #[output("variable_lines")]
    lines: serde_json::Value,
    #[output("variable_count", default)]
    count: i64,
    #[output("variable_flag", with = as_digit)]
    flag: bool,
}

/// What a flag is in the flow is this module's affair.
mod as_digit {
    use serde::{Deserialize, Deserializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
        u8::deserialize(from).map(|digit| digit == 1)
    }
}

#[test]
fn code_writes_its_contract() {
    let folder = Folder::new();
    let file = contract::write::<Described>(folder.flows()).unwrap();
    assert_eq!(file, folder.bill());
    let text = r#"{
  "description": "Bills an order.",
  "inputs": {
    "variable_note": { "type": "string", "description": "said \"so\"" },
    "variable_order": { "type": "string" }
  },
  "outputs": {
    "variable_count": { "type": "integer", "optional": true },
    "variable_flag": {},
    "variable_lines": {},
    "variable_total": { "type": "string" }
  }
}
"#;
    assert_eq!(folder.text(), text);
    let modified = fs::metadata(&file).unwrap().modified().unwrap();
    contract::write::<Described>(folder.flows()).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), modified);
}

/// A build cannot depend on a file that is not there: the attribute has it depend on the lock.
#[test]
fn a_new_contract_touches_the_lock() {
    let folder = Folder::new();
    let write = || contract::write::<Described>(folder.flows()).unwrap();
    write();
    let lock = folder.flows().join(".lock");
    let long_ago = SystemTime::now() - Duration::from_secs(1000);
    let touched = || {
        let modified = fs::metadata(&lock).unwrap().modified().unwrap();
        let is_touched = modified > long_ago + Duration::from_secs(500);
        let file = fs::File::options().write(true).open(&lock).unwrap();
        file.set_modified(long_ago).unwrap();
        is_touched
    };
    touched();
    write();
    assert!(!touched());
    folder.put("{}");
    write();
    assert!(!touched(), "the contract itself has changed");
    fs::remove_file(folder.bill()).unwrap();
    write();
    assert!(touched());
}

#[tokio::test]
async fn what_is_written_and_what_is_recorded_come_together() {
    let shown = json!({ "variable_total": "0utput", "variable_lines": [77], "variable_paid": null, "variable_flag": 1 });
    let folder = Folder::new();
    contract::write::<Described>(folder.flows()).unwrap();
    bill_shows(&folder, shown).await;
    contract::write::<Described>(folder.flows()).unwrap();
    let text = folder.text();
    assert!(
        text.contains(
            "\"variable_lines\": { \"type\": \"array\", \"items\": { \"type\": \"integer\" } },"
        ),
        "{text}"
    );
    assert!(
        text.contains("\"variable_paid\": { \"optional\": true },"),
        "{text}"
    );
    assert!(
        !text.contains("partial") && !text.contains("conflicts"),
        "{text}"
    );
    assert_eq!(folder.files().len(), 1);
}

/// Neither whose file it is nor where it really lies is changed.
#[cfg(unix)]
#[test]
fn a_file_stays_what_it_is() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = Folder::new();
    folder.put("{}");
    let real = folder.0.join("real.json");
    fs::rename(folder.bill(), &real).unwrap();
    symlink(&real, folder.bill()).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    contract::write::<Described>(folder.flows()).unwrap();
    assert!(fs::symlink_metadata(folder.bill()).unwrap().is_symlink());
    assert!(
        fs::read_to_string(&real)
            .unwrap()
            .contains("Bills an order.")
    );
    let mode = fs::metadata(&real).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn a_contract_that_cannot_be_written_says_why() {
    let folder = Folder::new();
    folder.put("{\n  \"outputs\": {\n    \"a\": { \"type\": \"txt\" }\n  }\n}");
    let error = contract::write::<Described>(folder.flows()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let text = error.to_string();
    assert!(text.contains("bill_0a1b2c3d4e.json:3:"), "{text}");
    assert!(text.contains("malformed: unknown type `txt`"), "{text}");

    folder.put("{}");
    let mut permissions = fs::metadata(folder.bill()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folder.bill(), permissions).unwrap();
    let error = contract::write::<Described>(folder.flows()).unwrap_err();
    assert!(error.to_string().ends_with("read-only"), "{error}");
    assert_eq!(folder.text(), "{}");

    let file = folder.bill().join("flows");
    let error = contract::write::<Described>(file).unwrap_err();
    assert!(error.to_string().contains("is not a folder"), "{error}");
}

#[tokio::test]
async fn a_lock_that_somebody_else_holds_holds_up_no_call_for_long() {
    let folder = Folder::new();
    fs::create_dir_all(folder.flows()).unwrap();
    let lock = fs::File::create(folder.flows().join(".lock")).unwrap();
    fs4::FileExt::lock(&lock).unwrap();

    let begun = std::time::Instant::now();
    let text =
        success(&json!({ "variable_total": "1", "variable_lines": [77], "variable_paid": true }));
    let ran = bill_gets(&folder, move || answer(&*text)).await;
    let took = begun.elapsed();
    ran.unwrap();
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(!folder.bill().exists());

    // it is not given up either
    fs4::FileExt::unlock(&lock).unwrap();
    for _ in 0..500 {
        if folder.bill().exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(folder.text(), BILL);
}
