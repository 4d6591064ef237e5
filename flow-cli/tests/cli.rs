//! The program, as a script runs it: exit statuses, one JSON object, and nothing sent that should not be.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod program;

use std::net::TcpListener;

use apaas_flow_emulator::{Emulator, Fault};
use serde_json::{Value, json};

use program::{Ended, FLOW, Folder, emulator, program, run, serves};

#[tokio::test]
async fn a_call_that_ran_is_one_object_with_exact_numbers() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let args = [
        "call",
        FLOW,
        "-i",
        "variable_a=1",
        "-i",
        "variable_b:=[1, 2]",
        "--key",
        "key-1",
        "--format",
        "json",
    ];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 0, "{ended}");
    assert!(ended.stdout.contains("9007199254740993"), "{ended}");
    let run_of = ended.json();
    assert_eq!(run_of["outcome"], "ran");
    assert_eq!(run_of["idempotency_key"], "key-1");
    assert_eq!(run_of["error"], Value::Null);
    let seen = json!({"variable_a": "1", "variable_b": [1, 2]});
    assert_eq!(run_of["outputs"]["variable_seen"], seen);

    let text = run(program(&folder.0, emulator.url()), &["call", FLOW]).await;
    assert_eq!(text.exit, 0);
    assert!(text.stdout.contains("outcome       ran"), "{text}");
}

/// The names and their order of an object's members, and of the objects in it.
fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

/// What scripts rely on, as the package's README lists it.
#[tokio::test]
async fn the_members_of_json_stay_what_they_are() {
    const README: &str = include_str!("../README.md");
    let of_call = [
        "attempts",
        "error",
        "execution_id",
        "flow",
        "idempotency_key",
        "log_id",
        "outcome",
        "outputs",
        "status",
    ];
    let of_error = ["code", "flow_code", "kind", "message", "retryable"];
    let of_dry_run = [
        "body", "curl", "headers", "method", "operator", "params", "url",
    ];
    let of_check = ["cure", "found", "name", "result"];
    let of_probe = ["findings", "runs"];
    let of_finding = ["as_assumed", "assumed", "found", "question", "settles"];

    let (emulator, folder) = (emulator().await, Folder::new());
    let json = async |args: &[&str]| {
        let all = [args, &["--format", "json"]].concat();
        run(program(&folder.0, emulator.url()), &all).await.json()
    };
    let ran = json(&["call", FLOW]).await;
    assert_eq!(keys(&ran), of_call);
    assert!(ran["error"].is_null() && ran["attempts"] == 1, "{ran}");
    let started = json(&["call", FLOW, "--start"]).await;
    assert_eq!(keys(&started), of_call);
    for args in [
        &["call", FLOW, "-i", "fail:=true"][..],
        &["call", "package_x__c/none"],
        &["call", "no_flow"],
    ] {
        let failed = json(args).await;
        assert_eq!(keys(&failed), of_call);
        assert_eq!(keys(&failed["error"]), of_error);
    }
    assert_eq!(keys(&json(&["call", FLOW, "--dry-run"]).await), of_dry_run);
    let doctor = json(&["doctor"]).await;
    assert_eq!(keys(&doctor), ["checks"]);
    for check in doctor["checks"].as_array().unwrap() {
        assert_eq!(keys(check), of_check);
    }
    let probe = json(&["probe", FLOW, "--it-is-harmless"]).await;
    assert_eq!(keys(&probe), of_probe);
    assert_eq!(keys(&probe["findings"][0]), of_finding);

    folder.write("rows.csv", "no\n1\n");
    let bulk = ["bulk", "run", FLOW, "--rows", "rows.csv", "--key", "k-{no}"];
    let bulk = json(&[&bulk[..], &["--journal", "j.db"]].concat()).await;
    let of_bulk = [
        "did_not_run",
        "failed",
        "ran",
        "skipped",
        "stopped",
        "unknown",
    ];
    assert_eq!(keys(&bulk), of_bulk);

    let all = [
        &of_call[..],
        &of_dry_run,
        &of_check,
        &of_probe,
        &of_finding,
        &of_bulk,
    ]
    .concat();
    let of_error = of_error.map(|key| format!("error.{key}"));
    for key in all.into_iter().map(str::to_owned).chain(of_error) {
        assert!(README.contains(&format!("`{key}`")), "{key}");
    }
}

#[tokio::test]
async fn each_outcome_has_its_exit_status_and_its_word() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let status = async |fault: Option<Fault>, args: &[&str]| {
        if let Some(fault) = fault {
            emulator.inject(fault);
        }
        let mut all = vec!["call"];
        all.extend_from_slice(args);
        all.extend_from_slice(&["--format", "json", "--timeout", "5"]);
        let ended = run(program(&folder.0, emulator.url()), &all).await;
        let outcome = ended.json()["outcome"].as_str().unwrap().to_owned();
        (ended.exit, outcome)
    };
    let is = |exit, outcome: &str| (exit, outcome.to_owned());
    assert_eq!(status(None, &[FLOW]).await, is(0, "ran"));
    assert_eq!(status(None, &[FLOW, "--start"]).await, is(0, "under_way"));
    assert_eq!(
        status(None, &["package_x__c/none"]).await,
        is(1, "did_not_run")
    );
    let failed = status(None, &[FLOW, "-i", "fail:=true"]).await;
    assert_eq!(failed, is(4, "failed"));
    let waits = Some(Fault::Status("wait".to_owned()));
    assert_eq!(status(waits, &[FLOW]).await, is(5, "under_way"));
    // the key is found used after a lost reply: it ran, and nobody saw how
    let lost = Some(Fault::Dropped { after: true });
    assert_eq!(status(lost, &[FLOW]).await, is(3, "may_have_run"));
}

#[tokio::test]
async fn what_is_malformed_is_refused_before_anything_is_sent() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("bad.json", "[1]");
    folder.write("twice.json", r#"{"a": 1, "b": {"a": 1, "a": 2}, "a": 3}"#);
    for (args, says) in [
        (vec!["-i", "variable_a"], "`variable_a`"),
        (vec!["-i", "a=1", "-i", "a=2"], "`a` is given twice"),
        (vec!["-i", "a:={"], "`a` is no JSON"),
        (vec!["-i", "a=@missing.txt"], "missing.txt"),
        (vec!["--inputs", "bad.json"], "bad.json"),
        (vec!["--inputs", "twice.json"], "has `a` twice"),
        (vec!["-i", "a=@-", "--inputs", "-"], "stdin"),
        (vec!["--quota", "0/60"], "--quota"),
        (vec!["--operator", "ou_1"], "--operator"),
        (vec!["--profile", "prod"], "apaas-flow.toml"),
        (vec!["--bogus"], "--bogus"),
    ] {
        let mut all = vec!["call", FLOW];
        all.extend_from_slice(&args);
        let ended = run(program(&folder.0, emulator.url()), &all).await;
        assert_eq!(ended.exit, 2, "{args:?}: {ended}");
        assert!(ended.stderr.contains(says), "{args:?}: {ended}");
    }
    folder.write("text.json", "\"a private value\"");
    let args = ["call", FLOW, "--inputs", "text.json"];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert!(!ended.stderr.contains("private"), "{ended}");
    let args = ["call", "../x", "--dry-run"];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 2, "{ended}");

    let ended = run(program(&folder.0, emulator.url()), &["call", "flow_y"]).await;
    assert_eq!(ended.exit, 2);
    assert!(ended.stderr.contains("NAMESPACE/FLOW_ID"), "{ended}");
    assert!(emulator.executions().is_empty());
}

#[tokio::test]
async fn a_dry_run_sends_nothing_and_needs_no_secret() {
    let folder = Folder::new();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    let mut dry = program(&folder.0, &url);
    dry.env_remove("APAAS_APP_ID")
        .env_remove("APAAS_APP_SECRET");
    let args = ["call", FLOW, "-i", "name=it's", "--dry-run"];
    let ended = run(dry, &args).await;
    assert_eq!(ended.exit, 0, "{ended}");
    for part in [
        "POST http://127.0.0.1:",
        "/open-apis/apaas/v1/applications/package_x__c/flows/flow_y/execute",
        "Authorization: Bearer <tenant_access_token>",
        r#""params":"{\"name\":\"it's\"}""#,
        "\"name\": \"it's\"",
        r"it'\''s",
    ] {
        assert!(ended.stdout.contains(part), "{part} in {ended}");
    }
    assert!(server.accept().is_err(), "somebody came");
}

#[tokio::test]
async fn a_contract_turns_texts_into_its_types() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write(
        "flows/package_x__c/flow_y.json",
        r#"{"inputs": {"variable_order": {"type": "lookup", "required": true}, "variable_total": {"type": "decimal"}, "variable_day": {"type": "date"}}}"#,
    );
    let args = [
        "call",
        FLOW,
        "-i",
        "variable_order=5454545",
        "-i",
        "variable_total=128.50",
        "-i",
        "variable_day=2026-11-26",
        "--format",
        "json",
    ];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 0, "{ended}");
    assert_eq!(
        ended.json()["outputs"]["variable_seen"],
        json!({"variable_order": {"_id": 5_454_545}, "variable_total": "128.50", "variable_day": "2026-11-26"})
    );
    let args = ["call", FLOW, "-i", "variable_oder=1"];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 2);
    assert!(
        ended.stderr.contains("did you mean `variable_order`?"),
        "{ended}"
    );
    assert_eq!(emulator.executions().len(), 1);
}

#[tokio::test]
async fn settings_come_from_a_profile_and_a_secret_from_a_file() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("secret", "hunter2\n");
    folder.write(
        "apaas-flow.toml",
        &format!(
            "[profile.prod]\napp_id = \"cli_p\"\napp_secret_file = \"secret\"\noperator_email = \"a@b.c\"\nbase_url = \"{}\"\nquota = \"5/1\"\n",
            emulator.url()
        ),
    );
    let below = folder.0.join("below");
    std::fs::create_dir_all(&below).unwrap();
    let mut of_profile = program(&below, "");
    for name in ["APP_ID", "APP_SECRET", "OPERATOR_ID", "BASE_URL"] {
        of_profile.env_remove(format!("APAAS_{name}"));
    }
    let ended = run(of_profile, &["call", FLOW, "--profile", "prod"]).await;
    assert_eq!(ended.exit, 0, "{ended}");

    // half of another pair is in neither's place
    for (set, unset) in [("APP_ID", "APP_SECRET"), ("APP_SECRET", "APP_ID")] {
        let mut half = program(&folder.0, emulator.url());
        half.env_remove(format!("APAAS_{unset}"));
        let ended = run(half, &["call", FLOW, "--profile", "prod"]).await;
        assert_eq!(ended.exit, 2, "{ended}");
        let says = format!("APAAS_{set} is set, and the app");
        assert!(ended.stderr.contains(&says), "{ended}");
    }
    // which may be all that a profile has
    folder.write("apaas-flow.toml", "[profile.prod]\napp_id = \"cli_p\"\n");
    let mut shared = program(&folder.0, emulator.url());
    shared.env_remove("APAAS_APP_ID");
    let ended = run(shared, &["call", FLOW, "--profile", "prod"]).await;
    assert_eq!(ended.exit, 0, "{ended}");

    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;

        let mut odd = program(&folder.0, emulator.url());
        odd.env(
            "APAAS_OPERATOR_EMAIL",
            std::ffi::OsStr::from_bytes(b"a\xff"),
        );
        let ended = run(odd, &["call", FLOW]).await;
        assert_eq!(ended.exit, 2, "{ended}");
        assert!(
            ended.stderr.contains("APAAS_OPERATOR_EMAIL is not Unicode"),
            "{ended}"
        );
    }

    let mut both = program(&folder.0, emulator.url());
    both.env("APAAS_APP_SECRET_FILE", "secret");
    let ended = run(both, &["call", FLOW]).await;
    assert_eq!(ended.exit, 2);
    assert!(ended.stderr.contains("both set"), "{ended}");
}

#[tokio::test]
async fn doctor_runs_no_flow_and_says_what_is_missing() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let args = ["doctor", "--flow", FLOW];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 0, "{ended}");
    assert!(ended.stdout.contains("✓ token"), "{ended}");
    assert!(ended.stdout.contains("✓ permission"), "{ended}");
    assert!(
        ended
            .stdout
            .contains("- flow           whether it exists is not checked"),
        "{ended}"
    );
    assert!(
        emulator
            .executions()
            .iter()
            .all(|run| run.flow_id != "flow_y")
    );

    let mut without = program(&folder.0, "http://127.0.0.1:9");
    without.env_remove("APAAS_APP_ID");
    let ended = run(without, &["doctor", "--format", "json"]).await;
    assert_eq!(ended.exit, 1, "{ended}");
    let checks = ended.json();
    let id = &checks["checks"][0];
    assert_eq!(
        (&id["name"], &id["result"]),
        (&json!("app id"), &json!("failed"))
    );
    assert!(id["cure"].as_str().unwrap().contains("APAAS_APP_ID"));
}

#[tokio::test]
async fn doctor_lists_a_secret_that_cannot_be_read_among_its_checks() {
    let folder = Folder::new();
    folder.write("empty.txt", "\n");
    folder.write(
        "apaas-flow.toml",
        "[profile.prod]\napp_id = \"cli_p\"\napp_secret_file = \"none.txt\"\n",
    );
    let doctor = |file: Option<&str>| {
        let mut doctor = program(&folder.0, "http://127.0.0.1:9");
        doctor.env_remove("APAAS_APP_SECRET");
        match file {
            Some(file) => doctor.env("APAAS_APP_SECRET_FILE", file),
            None => doctor.env_remove("APAAS_APP_ID"),
        };
        doctor
    };
    let json = ["doctor", "--format", "json"];
    for (file, more, says) in [
        (Some("secret.txt"), &[][..], "secret.txt"),
        (Some("empty.txt"), &[], "empty"),
        (None, &["--profile", "prod"], "none.txt"),
    ] {
        let ended = run(doctor(file), &[&json[..], more].concat()).await;
        assert_eq!(ended.exit, 1, "{ended}");
        assert_eq!(check(&ended, "app id")["result"], "passed", "{ended}");
        assert_eq!(check(&ended, "platform")["result"], "unknown", "{ended}");
        let secret = check(&ended, "app secret");
        assert_eq!(secret["result"], "failed", "{ended}");
        assert!(secret["found"].as_str().unwrap().contains(says), "{secret}");
        assert!(secret["cure"].as_str().unwrap().contains("into that file"));
    }
    let text = run(doctor(Some("secret.txt")), &["doctor"]).await;
    assert_eq!(text.exit, 1, "{text}");
    assert!(text.stdout.contains("✗ app secret"), "{text}");
    assert!(text.stdout.contains("✓ operator"), "{text}");
}

/// The check of this name, from `--format json`.
fn check(ended: &Ended, name: &str) -> Value {
    let checks = ended.json()["checks"].take();
    let mut checks = checks.as_array().unwrap().iter();
    let found = checks.find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("{name}: {ended}")).clone()
}

const DOCTOR: [&str; 5] = ["doctor", "--flow", FLOW, "--format", "json"];

#[tokio::test]
async fn doctor_looks_at_clock_tls_proxy_and_contract() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write(
        "flows/package_x__c/flow_y.json",
        r#"{"inputs": {"a": {}}, "outputs": {"b": {}, "c": {}}}"#,
    );
    let mut doctor = program(&folder.0, emulator.url());
    doctor.env("HTTP_PROXY", "http://user:hunter2@proxy.example:8080");
    let ended = run(doctor, &DOCTOR).await;
    assert_eq!(ended.exit, 0, "{ended}");
    assert_eq!(check(&ended, "clock")["result"], "passed", "{ended}");
    assert_eq!(check(&ended, "TLS")["result"], "unknown", "{ended}");
    let contract = check(&ended, "contract")["found"].to_string();
    assert!(contract.contains("(inputs: 1, outputs: 2)"), "{contract}");
    // which no request to this machine goes through
    assert_eq!(check(&ended, "proxy")["result"], "passed", "{ended}");

    // it is named without its password, and nobody is there
    let mut proxied = program(&folder.0, "http://open.example.invalid");
    proxied
        .env("APAAS_ALLOW_PLAIN_HTTP", "1")
        .env("NO_PROXY", "")
        .env("HTTP_PROXY", "http://user:hunter2@127.0.0.1:9");
    let ended = run(proxied, &DOCTOR).await;
    assert_eq!(ended.exit, 1, "{ended}");
    let proxy = check(&ended, "proxy")["found"].to_string();
    assert!(proxy.contains("http://127.0.0.1:9 (HTTP_PROXY)"), "{proxy}");
    assert_eq!(check(&ended, "platform")["result"], "failed", "{ended}");

    folder.write("flows/package_x__c/flow_y.json", r#"{"inputs": 1}"#);
    let ended = run(program(&folder.0, emulator.url()), &DOCTOR).await;
    assert_eq!(check(&ended, "contract")["result"], "failed", "{ended}");
}

#[tokio::test]
async fn doctor_says_what_to_do_about_a_clock_and_about_tls() {
    let folder = Folder::new();
    let url = serves(|_| {
        let body = r#"{"code":0,"msg":"ok","tenant_access_token":"t-1","expire":7200}"#;
        ("date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", body)
    });
    let args = ["doctor", "--format", "json"];
    let ended = run(program(&folder.0, &url), &args).await;
    assert_eq!(ended.exit, 1, "{ended}");
    let clock = check(&ended, "clock");
    assert_eq!(clock["result"], "failed", "{ended}");
    assert!(clock["cure"].as_str().unwrap().contains("NTP"), "{clock}");

    let https = url.replace("http://", "https://");
    let ended = run(program(&folder.0, &https), &args).await;
    assert_eq!(ended.exit, 1, "{ended}");
    let tls = check(&ended, "TLS");
    assert_eq!(tls["result"], "failed", "{ended}");
    assert!(
        tls["cure"].as_str().unwrap().contains("check the port"),
        "{tls}"
    );
}

#[tokio::test]
async fn a_bulk_run_sends_each_row_once() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write(
        "rows.csv",
        "no,total,tags\n1,\"1,5\",\"[1]\"\n2,,[]\n3,3,\"[2, 3]\"\n",
    );
    let args = [
        "bulk",
        "run",
        FLOW,
        "--rows",
        "rows.csv",
        "-i",
        "variable_no=no",
        "-i",
        "variable_total=total",
        "-i",
        "variable_tags:=tags",
        "--key",
        "mig-{no}",
        "--journal",
        "m.db",
        "--format",
        "json",
    ];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 0, "{ended}");
    assert_eq!(ended.json()["ran"], 3);
    let again = run(program(&folder.0, emulator.url()), &args).await.json();
    assert_eq!((&again["ran"], &again["skipped"]), (&json!(0), &json!(3)));
    assert_eq!(emulator.executions().len(), 3);

    let status = ["bulk", "status", "--journal", "m.db", "--format", "json"];
    let totals = run(program(&folder.0, emulator.url()), &status).await;
    assert_eq!(
        totals.stdout,
        "{\"new\":0,\"sending\":0,\"ran\":3,\"did_not_run\":0,\"failed\":0,\"unknown\":0,\"reply_lost\":0}\n"
    );
    let export = ["bulk", "export", "--journal", "m.db", "--state", "ran"];
    let csv = run(program(&folder.0, emulator.url()), &export).await;
    let mut lines = csv.stdout.lines();
    assert_eq!(
        lines.next(),
        Some("row,key,state,reply_lost,execution_id,log_id,error_kind,error")
    );
    assert!(lines.next().unwrap().starts_with("mig-1,mig-1,ran,false,"));
    assert_eq!(lines.count(), 2);
}

#[tokio::test]
async fn a_bulk_run_says_what_became_of_its_rows() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("rows.jsonl", "{\"no\": 1, \"fail\": true}\n{\"no\": 2}\n");
    let bulk = |more: &[&'static str]| {
        let mut args = vec![
            "bulk",
            "run",
            FLOW,
            "--rows",
            "rows.jsonl",
            "--key",
            "k-{no}",
            "--journal",
            "j.db",
            "--concurrency",
            "1",
        ];
        args.extend_from_slice(more);
        args
    };
    let ended = run(program(&folder.0, emulator.url()), &bulk(&[])).await;
    assert_eq!(ended.exit, 1, "{ended}");
    assert!(ended.stdout.contains("--retry-failed"), "{ended}");

    folder.write("rows.jsonl", "{\"no\": 3}\n");
    emulator.inject(Fault::Html { after: true });
    let ended = run(
        program(&folder.0, emulator.url()),
        &bulk(&["--max-failures", "1"]),
    )
    .await;
    assert_eq!(ended.exit, 3, "{ended}");
    assert!(ended.stdout.contains("--settle-unknown"), "{ended}");
    let settled = run(
        program(&folder.0, emulator.url()),
        &bulk(&["--settle-unknown"]),
    )
    .await;
    assert_eq!(settled.exit, 0, "{settled}");
    assert_eq!(emulator.executions().len(), 3);

    for (file, key, says) in [
        ("no\n1\n", "k-{nu}", "did you mean `no`?"),
        ("no\n1\n", "k", "no column"),
        ("no\n\"\"\n", "k-{no}", "line 2"),
        ("no,no\n1,2\n", "k-{no}", "two columns"),
    ] {
        folder.write("bad.csv", file);
        let args = [
            "bulk",
            "run",
            FLOW,
            "--rows",
            "bad.csv",
            "--key",
            key,
            "--journal",
            "b.db",
        ];
        let ended = run(program(&folder.0, emulator.url()), &args).await;
        assert_eq!(ended.exit, 2, "{key}: {ended}");
        assert!(ended.stderr.contains(says), "{key}: {ended}");
    }
    let dry = [
        "bulk",
        "run",
        FLOW,
        "--rows",
        "rows.jsonl",
        "--key",
        "k-{no}",
        "--journal",
        "n.db",
        "--dry-run",
    ];
    let ended = run(program(&folder.0, "http://127.0.0.1:9"), &dry).await;
    assert_eq!(ended.exit, 0, "{ended}");
    assert!(ended.stdout.contains("1 rows at 100 in 60 s"), "{ended}");
    assert!(!folder.0.join("n.db").exists());
}

#[tokio::test]
async fn a_bulk_run_refuses_the_journal_of_another_app() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("rows.csv", "no\n1\n");
    let args = ["bulk", "run", FLOW, "--rows", "rows.csv", "--key", "k-{no}"];
    let args = [&args[..], &["--journal", "j.db"]].concat();
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 0, "{ended}");
    let mut other = program(&folder.0, emulator.url());
    other.env("APAAS_APP_ID", "cli_other");
    let ended = run(other, &args).await;
    assert_eq!(ended.exit, 2, "{ended}");
    assert!(ended.stderr.contains("the app cli_other at"), "{ended}");
    assert!(!ended.stderr.contains("run it again"), "{ended}");
    assert_eq!(emulator.executions().len(), 1);
}

#[tokio::test]
async fn a_reply_that_cannot_be_read_is_not_called_a_run_that_did_not_happen() {
    let folder = Folder::new();
    let url = serves(|request| {
        let body = if request.contains("tenant_access_token") {
            r#"{"code":0,"msg":"ok","tenant_access_token":"t-1","expire":7200}"#
        } else {
            r#"{"code":0,"data":{"status":"end","execution_id":"7","out_params":"[{]"}}"#
        };
        ("", body)
    });
    let ended = run(
        program(&folder.0, &url),
        &["call", FLOW, "--format", "json"],
    )
    .await;
    assert_eq!(ended.exit, 4, "{ended}");
    assert_eq!(ended.json()["outcome"], "failed");
    assert_eq!(ended.json()["execution_id"], "7");
}

#[tokio::test]
async fn a_probe_reports_what_the_emulator_was_written_to_do_and_no_value() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write(
        "flows/package_x__c/flow_y.json",
        r#"{"inputs": {"variable_a": {"type": "text"}}}"#,
    );
    let args = ["probe", FLOW, "-i", "variable_a=s3cret"];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 2, "{ended}");
    assert!(ended.stderr.contains("--it-is-harmless"), "{ended}");
    assert!(emulator.executions().is_empty());

    let args = [&args[..], &["--it-is-harmless", "--format", "json"]].concat();
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 0, "{ended}");
    assert!(!ended.stdout.contains("s3cret"), "{ended}");
    assert!(!ended.stdout.contains("9007199254740993"), "{ended}");
    let report = ended.json();
    let found = |question: &str| {
        let findings = report["findings"].as_array().unwrap();
        let finding = findings
            .iter()
            .find(|finding| finding["question"].as_str().unwrap().starts_with(question));
        finding
            .unwrap_or_else(|| panic!("{question}: {ended}"))
            .clone()
    };
    let repeated = found("a key that was used");
    assert_eq!(repeated["as_assumed"], true, "{ended}");
    assert!(
        repeated["found"].as_str().unwrap().contains("key_used"),
        "{ended}"
    );
    assert_eq!(found("is_async")["as_assumed"], true, "{ended}");
    assert!(
        found("the outputs")["found"]
            .as_str()
            .unwrap()
            .contains("variable_big: integer")
    );
    assert!(report["runs"].as_u64().unwrap() >= 5);
}

#[tokio::test]
async fn a_struct_is_generated_from_a_reply_and_checked() {
    let folder = Folder::new();
    folder.write(
        "reply.json",
        r#"{"code":0,"data":{"status":"end","execution_id":"1","out_params":"[{\"api_name\":\"variable_total\",\"value\":\"128.50\"},{\"api_name\":\"variable_type\",\"value\":7}]"}}"#,
    );
    let args = [
        "generate",
        "--reply",
        "reply.json",
        "--flow",
        "package_x__c/price_0a1b2c3d4e",
    ];
    let ended = run(program(&folder.0, ""), &args).await;
    assert_eq!(ended.exit, 0, "{ended}");
    for part in [
        r#"#[apaas_flow(namespace = "package_x__c", flow_id = "price_0a1b2c3d4e")]"#,
        "pub struct Price {",
        r#"#[output("variable_total")]"#,
        "pub r#type: i64,",
    ] {
        assert!(ended.stdout.contains(part), "{part} in {ended}");
    }
    let to_file = [&args[..], &["-o", "price.rs"]].concat();
    assert_eq!(run(program(&folder.0, ""), &to_file).await.exit, 0);
    assert_eq!(folder.read("price.rs"), ended.stdout);
    let check = [&to_file[..], &["--check"]].concat();
    assert_eq!(run(program(&folder.0, ""), &check).await.exit, 0);
    folder.write("price.rs", "// edited");
    assert_eq!(run(program(&folder.0, ""), &check).await.exit, 1);

    folder.write(
        "flows/package_x__c/flow_y.json",
        r#"{"inputs": {"variable_order": {"type": "lookup", "required": true}}, "outputs": {"variable_day": {"type": "date", "optional": true}}}"#,
    );
    let ended = run(program(&folder.0, ""), &["generate", "flows"]).await;
    assert_eq!(ended.exit, 0, "{ended}");
    assert!(ended.stdout.contains("Option<Date>"), "{ended}");

    for args in [
        &["generate"][..],
        &["generate", "nowhere"],
        &["generate", "--reply", "reply.json"],
        &["generate", "--reply", "none.json", "--flow", FLOW],
        &["generate", "flows", "--check"],
    ] {
        let ended = run(program(&folder.0, ""), args).await;
        assert_eq!(ended.exit, 2, "{args:?}: {ended}");
    }
}

/// A struct to which somebody has added the inputs, say.
#[tokio::test]
async fn a_file_that_was_edited_is_not_overwritten() {
    const CONTRACT: &str = "flows/package_x__c/flow_y.json";
    let folder = Folder::new();
    let generate = async |more: &[&str]| {
        let args = [&["generate", "flows", "-o", "flows.rs"], more].concat();
        run(program(&folder.0, ""), &args).await
    };
    folder.write("flows.rs", "\n");
    folder.write(CONTRACT, r#"{"inputs": {}, "outputs": {"a": {}}}"#);
    assert_eq!(generate(&[]).await.exit, 0);
    let first = folder.read("flows.rs");

    // as it was written, also in a checkout on Windows: written anew
    folder.write(CONTRACT, r#"{"inputs": {}, "outputs": {"a": {}, "b": {}}}"#);
    folder.write("flows.rs", &first.replace('\n', "\r\n"));
    let ended = generate(&[]).await;
    assert_eq!(ended.exit, 0, "{ended}");
    let second = folder.read("flows.rs");
    assert!(second.contains("pub b: "), "{second}");

    // nothing changed: nothing is written
    let checked_out = second.replace('\n', "\r\n");
    folder.write("flows.rs", &checked_out);
    assert_eq!(generate(&[]).await.exit, 0);
    assert_eq!(folder.read("flows.rs"), checked_out);

    let edited = second.replace("pub b: ", "pub bb: ");
    for kept in [&*edited, "// by hand\n", &second.replace("unedited", "")] {
        folder.write("flows.rs", kept);
        folder.write(CONTRACT, r#"{"inputs": {}, "outputs": {"c": {}}}"#);
        let ended = generate(&[]).await;
        assert_eq!(ended.exit, 2, "{ended}");
        assert!(ended.stderr.contains("flows.rs has been edited"), "{ended}");
        assert!(ended.stderr.contains("--force"), "{ended}");
        assert_eq!(folder.read("flows.rs"), kept);
    }
    assert_eq!(generate(&["--check"]).await.exit, 1);
    assert_eq!(generate(&["--force"]).await.exit, 0);
    assert!(folder.read("flows.rs").contains("pub c: "));
    assert_eq!(generate(&["--check"]).await.exit, 0);
}

/// It would be a struct without fields, as if the flow had no outputs.
#[tokio::test]
async fn no_struct_is_made_of_a_call_that_did_not_run() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let call = ["call", FLOW, "--key", "k-1", "--format", "json"];
    let none = ["call", "package_x__c/none", "--format", "json"];
    for (file, args) in [
        ("ran.json", &call[..]),
        ("used.json", &call),
        ("none.json", &none),
    ] {
        let ended = run(program(&folder.0, emulator.url()), args).await;
        folder.write(file, &ended.stdout);
    }
    folder.write(
        "no.json",
        r#"{"code":99991672,"msg":"no scope","data":null}"#,
    );
    for (file, says) in [
        ("used.json", "a call that may have run (key_used)"),
        ("none.json", "a call that did not run ("),
        ("no.json", "code 99991672"),
    ] {
        let args = ["generate", "--reply", "ran.json", "--reply", file];
        let args = [&args[..], &["--flow", FLOW, "-o", "flows.rs"]].concat();
        let ended = run(program(&folder.0, ""), &args).await;
        assert_eq!(ended.exit, 2, "{ended}");
        let names = format!("apaas-flow: {file}: ");
        assert!(ended.stderr.starts_with(&names), "{ended}");
        assert!(ended.stderr.contains(says), "{ended}");
        assert!(!folder.0.join("flows.rs").exists());
    }
}

#[tokio::test]
async fn a_contract_is_recorded_without_a_value() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let args = ["call", FLOW, "-i", "variable_a=s3cret", "--record", "flows"];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 0, "{ended}");
    let file = folder.0.join("flows/package_x__c/flow_y.json");
    let contract = std::fs::read_to_string(file).unwrap();
    assert!(contract.contains("\"variable_big\""), "{contract}");
    assert!(!contract.contains("s3cret"), "{contract}");
    assert!(!contract.contains("9007199254740993"), "{contract}");
}

/// From nothing to a struct, without a word of JSON by hand.
#[tokio::test]
async fn what_was_recorded_becomes_a_struct() {
    let (emulator, folder) = (Emulator::start().await.unwrap(), Folder::new());
    let outputs = json!({
        "variable_lines": [{"sku": "a", "owner": {"_id": 17, "_name": "n"}}, {"sku": null, "note": "s3cret"}],
        "variable_name": [{"language_code": 1033, "text": "s3cret"}],
        "variable_by_mail": {"s3cret@example.com": 1},
    });
    emulator.on_raw("package_x__c", "flow_y", move |_| Ok(outputs.clone()));
    let args = ["call", FLOW, "--record", "flows"];
    let ended = run(program(&folder.0, emulator.url()), &args).await;
    assert_eq!(ended.exit, 0, "{ended}");
    let file = folder.0.join("flows/package_x__c/flow_y.json");
    assert!(!std::fs::read_to_string(file).unwrap().contains("s3cret"));

    // what a call prints has values, of which more can be told
    let args = ["call", FLOW, "--format", "json"];
    let printed = run(program(&folder.0, emulator.url()), &args).await;
    folder.write("printed.json", &printed.stdout);
    let args = ["generate", "--reply", "printed.json", "--flow", FLOW];
    let ended = run(program(&folder.0, ""), &args).await;
    assert!(
        ended.stdout.contains("pub lines: Vec<FlowYLines>,"),
        "{ended}"
    );

    let ended = run(program(&folder.0, ""), &["generate", "flows"]).await;
    assert_eq!(ended.exit, 0, "{ended}");
    for part in [
        "pub lines: Vec<FlowYLines>,",
        "pub struct FlowYLines {",
        "pub sku: Option<String>,",
        "pub owner: Option<Lookup>,",
        "pub name: Multilingual,",
        "pub by_mail: serde_json::Map<String, serde_json::Value>,",
    ] {
        assert!(ended.stdout.contains(part), "{part} in {ended}");
    }
}

#[tokio::test]
async fn what_a_dry_run_shows_is_what_is_sent() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("inputs.json", r#"{"variable_a": 1.10, "variable_b": "x"}"#);
    let args = [
        "call",
        FLOW,
        "--inputs",
        "inputs.json",
        "-i",
        "variable_b=y",
        "--format",
        "json",
    ];
    let sent = run(program(&folder.0, emulator.url()), &args).await.json();
    let dry = [&args[..], &["--dry-run"]].concat();
    let shown = run(program(&folder.0, emulator.url()), &dry).await;
    assert!(shown.stdout.contains("1.10"), "{shown}");
    assert_eq!(shown.json()["params"], sent["outputs"]["variable_seen"]);
    assert_eq!(shown.json()["params"]["variable_b"], "y");
    assert_eq!(emulator.executions().len(), 1);
}
