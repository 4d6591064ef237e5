//! Flows that are answered from their contracts, over the wire.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use apaas_flow_emulator::{Builder, Emulator, Failure};
use serde_json::{Value, json};

use crate::http::{self, EXECUTE, FLOW_ID, NAMESPACE, minimal, with};

/// A folder of contracts, deleted after the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "apaas-flow-emulator-{}-contracts-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = Self(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&folder.0).unwrap();
        for (file, text) in files {
            let file = folder.0.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        folder
    }

    /// With a contract of the sample flow.
    pub(crate) fn of_the_sample(text: &str) -> Self {
        Self::new(&[(&format!("{NAMESPACE}/{FLOW_ID}.json"), text)])
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn builder(&self) -> Builder {
        Emulator::builder().contracts(&self.0)
    }

    fn start(&self) -> Emulator {
        self.builder().start_blocking().unwrap()
    }

    /// Why the emulator does not start; `<` stands for the folder.
    #[track_caller]
    fn refusal(&self) -> String {
        let error = self.builder().start_blocking().unwrap_err();
        error.to_string().replace(self.path(), "<")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const CONTRACT: &str = r#"{
    "inputs": {"variable_record": {"type": "lookup", "required": true}, "note": {"type": "text"}},
    "outputs": {
        "_flowExecutionID": {"type": "integer"},
        "variable_total": {"type": "decimal", "optional": true},
        "variable_lines": {"type": "array"}
    }
}"#;

fn record() -> Value {
    with("params", "{\"variable_record\": {\"_id\": 5454545}}")
}

#[test]
fn a_run_gives_samples_and_its_execution_id() {
    let emulator = Folder::of_the_sample(CONTRACT).start();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let reply = http::execute(emulator.address(), &record());
        let data = reply.data();
        assert_eq!(data["status"], "end");
        let id: u64 = data["execution_id"].as_str().unwrap().parse().unwrap();
        assert_eq!(
            reply.outputs(),
            json!([
                {"api_name": "variable_total", "value": "128.50"},
                {"api_name": "variable_lines", "value": []},
                {"api_name": "_flowExecutionID", "value": id},
            ])
        );
        ids.push(id);
    }
    assert_ne!(ids[0], ids[1]);
    assert_eq!(emulator.executions().len(), 2);
}

#[test]
fn a_started_flow_has_no_outputs_and_its_inputs_are_checked() {
    let emulator = Folder::of_the_sample(CONTRACT).start();
    let mut body = record();
    body["is_async"] = true.into();
    let data = http::execute(emulator.address(), &body).data();
    assert_eq!(data["status"], "in_process");
    assert_eq!(data["out_params"], "");
    assert_eq!(emulator.executions()[0].status, "end");
    body["params"] = "{}".into();
    let (code, _) = http::execute(emulator.address(), &body).failure();
    assert_eq!(code, "k_wf_ec_2001002");
    assert_eq!(emulator.runs(), 1);
}

#[test]
fn inputs_that_do_not_match_start_no_run() {
    let (tell, hear) = std::sync::mpsc::channel();
    let emulator = Folder::of_the_sample(CONTRACT)
        .builder()
        .log(move |line| tell.send(line.to_owned()).unwrap())
        .start_blocking()
        .unwrap();
    let refused = |params: &str| {
        let mut body = with("params", params);
        body["idempotent_key"] = "k".into();
        let reply = http::execute(emulator.address(), &body);
        assert_eq!(reply.data()["execution_id"], "");
        assert_eq!(reply.data()["status"], "failed");
        reply.failure()
    };
    let start = format!("params do not fit the contract of flow {NAMESPACE}/{FLOW_ID}: ");
    assert_eq!(
        refused("{\"variable_recrod\": \"private\"}"),
        (
            "k_wf_ec_2001001".to_owned(),
            format!("{start}no input `variable_recrod`; did you mean `variable_record`?")
        )
    );
    assert_eq!(
        refused("{\"note\": \"private\"}"),
        (
            "k_wf_ec_2001002".to_owned(),
            format!("{start}the required input `variable_record` is missing")
        )
    );
    assert_eq!(emulator.runs_of("k"), 0);
    let lines: Vec<String> = hear.try_iter().collect();
    assert!(!lines.concat().contains("private"), "{lines:?}");
    assert!(lines[1].contains("-> 200 not run, k_wf_ec_2001001: params do not fit"));
}

#[test]
fn only_what_the_contract_says_is_checked() {
    let params = with("params", "{\"variable_other\": 1}");
    let ended = |contract: &str| {
        let emulator = Folder::of_the_sample(contract).start();
        http::execute(emulator.address(), &params).data()["code"].clone()
    };
    assert_eq!(ended(r#"{"outputs": {}}"#), "");
    assert_eq!(ended(r#"{"inputs": {}}"#), "k_wf_ec_2001001");
    assert_eq!(ended(r#"{"inputs": {}, "partial": true}"#), "");
    let required = r#"{"inputs": {"variable_a": {"required": true}}, "partial": true}"#;
    assert_eq!(ended(required), "k_wf_ec_2001002");
}

#[test]
fn a_handler_replaces_a_contract() {
    let emulator = Folder::of_the_sample(CONTRACT).start();
    emulator.on_raw(NAMESPACE, FLOW_ID, |params| {
        match params["unknown"].as_i64() {
            Some(7) => Ok(json!({"variable_total": "7"})),
            _ => Err(Failure::new("no", "not seven")),
        }
    });
    let reply = http::execute(emulator.address(), &with("params", "{\"unknown\": 7}"));
    assert_eq!(
        reply.outputs()[0],
        json!({"api_name": "variable_total", "value": "7"})
    );
    assert_eq!(
        http::execute(emulator.address(), &minimal()).failure().0,
        "no"
    );

    let outputs = Folder::new(&[("outputs.json", r#"{"variable_total": "8"}"#)]);
    let file = outputs.0.join("outputs.json");
    emulator.on_file(NAMESPACE, FLOW_ID, file).unwrap();
    let reply = http::execute(emulator.address(), &minimal());
    assert_eq!(reply.outputs()[0]["value"], "8");
}

#[test]
fn several_folders_with_other_files_in_them() {
    let one = Folder::new(&[
        ("a__c/x.json", "{}"),
        ("a__c/y.v2.json", "\u{feff}{}"),
        ("a__c/x.lock", ""),
        ("a__c/.lock", ""),
        ("a__c/.x.json", "half"),
        ("a__c/x.json.tmp", "half"),
        ("a__c/README.md", "#"),
        ("a__c/folder.json/z.json", "too deep"),
        (".git/config.json", "no"),
        ("overview.json", "no contract"),
        ("b__c/notes.txt", ""),
    ]);
    let two = Folder::new(&[("b__c/x.json", "{}")]);
    let emulator = one
        .builder()
        .contracts(two.path())
        .start_blocking()
        .unwrap();
    assert_eq!(emulator.flows(), ["a__c/x", "a__c/y.v2", "b__c/x"]);
    let path = EXECUTE.replace(NAMESPACE, "b__c").replace(FLOW_ID, "z");
    let token = http::token(emulator.address());
    let reply = http::execute_with(emulator.address(), &token, &path, &minimal().to_string());
    assert_eq!(
        reply.failure(),
        (
            "k_wf_ec_2001006".to_owned(),
            "unknown flow b__c/z; did you mean b__c/x? Registered: a__c/x, a__c/y.v2, b__c/x"
                .to_owned()
        )
    );
}

#[test]
fn all_mistakes_in_all_contracts_are_reported() {
    let folder = Folder::new(&[
        (
            "a__c/x.json",
            "{\n  \"outputs\": {\"b\": {\"type\": \"intger\"}, \"c\": 1}\n}",
        ),
        ("a__c/y.json", "{\"inputs\": {},}"),
        ("b__c/x.json", "{}"),
        ("b__c/z.json", ""),
    ]);
    std::fs::write(folder.0.join("b__c/y.json"), b"\xff").unwrap();
    assert_eq!(
        folder.refusal(),
        "</a__c/x.json:2:29: unknown type `intger`; did you mean `integer`?\n\
         </a__c/x.json:2:45: expected `c` to be an object, found a number\n\
         </a__c/y.json:1:14: a comma before `}`; remove it\n\
         cannot read </b__c/y.json: stream did not contain valid UTF-8\n\
         </b__c/z.json:1:1: expected a value, found the end of the file"
    );
}

#[test]
fn folders_without_contracts() {
    assert_eq!(
        Folder::new(&[("a__c/x.txt", "")]).refusal(),
        "no contract in <, where </NAMESPACE/FLOW_ID.json is looked for"
    );
    assert_eq!(
        Folder::new(&[("x.json", "{}")]).refusal(),
        "no contract in <, where </NAMESPACE/FLOW_ID.json is looked for; \
         it has x.json itself: if it is a namespace's folder, give the one that it is in"
    );
    let folder = Folder::new(&[("a__c/x.json", "{")]);
    let missing = folder.0.join("none");
    let file = folder.0.join("a__c/x.json");
    let error = folder
        .builder()
        .contracts(missing)
        .contracts(file)
        .start_blocking()
        .unwrap_err();
    let told = error.to_string().replace(folder.path(), "<");
    assert_eq!(
        told,
        "</a__c/x.json:1:2: expected a key in double quotes, found the end of the file\n\
         there is no folder </none\n\
         </a__c/x.json is no folder; contracts are files FOLDER/NAMESPACE/FLOW_ID.json, and the folder is given"
    );
    let error = Emulator::builder()
        .contracts("no such flows")
        .start_blocking();
    let told = error.unwrap_err().to_string();
    assert!(
        told.starts_with("there is no folder no such flows in ") && told.ends_with("flow-emulator"),
        "{told}"
    );
}

#[test]
fn a_flow_has_one_contract() {
    let (one, two) = (Folder::of_the_sample("{}"), Folder::of_the_sample("{}"));
    let error = one
        .builder()
        .contracts(&two.0)
        .start_blocking()
        .unwrap_err();
    let told = error.to_string();
    let (one, two) = (one.path(), two.path());
    assert_eq!(
        told.replace(one, "<1").replace(two, "<2"),
        format!(
            "flow {NAMESPACE}/{FLOW_ID} has two contracts, <1/{NAMESPACE}/{FLOW_ID}.json and \
             <2/{NAMESPACE}/{FLOW_ID}.json; remove one"
        )
    );
}
