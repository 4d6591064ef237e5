//! The program, from a shell's point of view.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::contracts::Folder;
use crate::http;

const PROGRAM: &str = env!("CARGO_BIN_EXE_apaas-flow-emulator");

/// A file, deleted after the test.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let name = format!("apaas-flow-emulator-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn answering(&self, flow: &str) -> String {
        format!("{flow}={}", self.0.display())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Starts a program, and returns once it holds nothing of this process any more.
fn spawn(command: &mut Command) -> Child {
    let _forking = http::FORKING.lock().unwrap_or_else(PoisonError::into_inner);
    command.spawn().unwrap()
}

fn start(args: &[&str]) -> Child {
    let mut command = Command::new(PROGRAM);
    command
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    spawn(&mut command)
}

/// A running program, killed at the end of the test if it still runs.
struct Running {
    child: Child,
    line: String,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = start(args);
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        Self { child, line }
    }

    fn address(&self) -> SocketAddr {
        let start = "apaas-flow-emulator listening on http://";
        let address = self.line.strip_prefix(start).unwrap();
        address.strip_suffix('\n').unwrap().parse().unwrap()
    }

    /// The exit code and stderr after a signal.
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let mut kill = Command::new("kill");
        let sent = spawn(kill.args([signal, &self.child.id().to_string()])).wait();
        assert!(sent.unwrap().success());
        let status = self.child.wait().unwrap();
        let mut stderr = String::new();
        let mut pipe = self.child.stderr.take().unwrap();
        pipe.read_to_string(&mut stderr).unwrap();
        (status.code(), stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The output of a program that should end by itself.
fn run(args: &[&str]) -> Output {
    let mut child = start(args);
    let before = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if before.elapsed() > Duration::from_secs(10) {
            child.kill().unwrap();
            panic!("still running: {:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

/// The one line that says why the program does not start.
#[track_caller]
fn refusal(args: &[&str]) -> String {
    let output = run(args);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(output.stdout, b"");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let message = stderr.strip_prefix("apaas-flow-emulator: ").unwrap();
    message.trim_end().to_owned()
}

#[test]
fn answers_with_the_outputs_of_a_file() {
    let file = File::new(
        "outputs.json",
        r#"{"variable_total": "128.50", "id": 9007199254740993}"#,
    );
    let flow = file.answering("package_7344545d87__c/deleteObject_99c656599f");
    let program = Running::start(&["--flow", &flow]);
    assert!(program.address().ip().is_loopback());
    for _ in 0..2 {
        let outputs = http::execute(program.address(), &http::minimal()).outputs();
        assert_eq!(
            outputs[0],
            json!({"api_name": "variable_total", "value": "128.50"})
        );
        assert_eq!(
            outputs[1],
            json!({"api_name": "id", "value": 9_007_199_254_740_993_i64})
        );
    }
    let (code, stderr) = program.stop("-INT");
    assert_eq!(code, Some(0));
    assert_eq!(
        stderr.matches("-> 200 end, execution ").count(),
        2,
        "{stderr}"
    );
    assert!(!stderr.contains("128.50"), "{stderr}");
}

#[test]
fn answers_from_contracts() {
    let folder = Folder::new(&[
        (
            "package_7344545d87__c/deleteObject_99c656599f.json",
            r#"{"inputs": {}, "outputs": {"variable_total": {"type": "decimal"}}}"#,
        ),
        ("package_x__c/flow_y.json", "{}"),
    ]);
    let file = File::new("instead.json", r#"{"variable_total": "7"}"#);
    let flow = file.answering("package_x__c/flow_y");
    let program = Running::start(&["--contracts", folder.path(), "--flow", &flow]);
    let outputs = http::execute(program.address(), &http::minimal()).outputs();
    assert_eq!(
        outputs[0],
        json!({"api_name": "variable_total", "value": "128.50"})
    );
    let params = http::with("params", "{\"variable_a\": 1}");
    let (code, _) = http::execute(program.address(), &params).failure();
    assert_eq!(code, "k_wf_ec_2001001");
    let token = http::token(program.address());
    let path = http::EXECUTE
        .replace(http::NAMESPACE, "package_x__c")
        .replace(http::FLOW_ID, "flow_y");
    let reply = http::execute_with(program.address(), &token, &path, &params.to_string());
    assert_eq!(reply.outputs()[0]["value"], "7");
    let (_, stderr) = program.stop("-INT");
    let told: Vec<&str> = stderr.lines().take(2).collect();
    assert_eq!(
        told,
        [
            "answers package_7344545d87__c/deleteObject_99c656599f with sample values from its contract",
            &format!("answers package_x__c/flow_y with {}", file.0.display()),
        ]
    );
}

#[test]
fn bad_contracts() {
    assert_eq!(
        refusal(&["--contracts", "/nowhere/flows"]),
        "there is no folder /nowhere/flows"
    );
    let folder = Folder::new(&[("a__c/x.json", "{\"outputs\": 1}"), ("a__c/y.json", "{")]);
    let output = run(&["--contracts", folder.path()]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        stderr.replace(folder.path(), "<"),
        "apaas-flow-emulator: </a__c/x.json:1:13: expected `outputs` to be an object, found a number\n\
         </a__c/y.json:1:2: expected a key in double quotes, found the end of the file\n"
    );
}

#[test]
fn sends_values_exactly_as_the_file_has_them() {
    let text =
        r#"{"z": 12345678901234567890123, "a": [1.10, 1E2, "\u6d41"], "b": {"y": 1, "x": -0.0}}"#;
    let file = File::new("exact.json", text);
    let flow = file.answering("package_7344545d87__c/deleteObject_99c656599f");
    let program = Running::start(&["--flow", &flow]);
    let data = http::execute(program.address(), &http::minimal()).data();
    let sent = data["out_params"].as_str().unwrap();
    let expected = r#"[{"api_name":"z","value":12345678901234567890123},{"api_name":"a","value":[1.10, 1E2, "\u6d41"]},{"api_name":"b","value":{"y": 1, "x": -0.0}},"#;
    assert!(sent.starts_with(expected), "{sent}");
}

#[test]
fn the_first_line_names_the_requested_port() {
    let port = http::on_quiet_port(|emulator| emulator.address().port());
    let program = Running::start(&["--port", &port.to_string()]);
    assert_eq!(
        program.line,
        format!("apaas-flow-emulator listening on http://127.0.0.1:{port}\n")
    );
}

#[test]
fn stops_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let program = Running::start(&[]);
        let address = program.address();
        let (code, stderr) = program.stop(signal);
        assert_eq!(code, Some(0), "{signal}");
        assert_eq!(
            stderr,
            format!("open http://{address}/ in a browser to see requests as they come\n")
        );
    }
}

#[test]
fn accepts_only_its_app() {
    let program = Running::start(&["--app-id", "cli_a", "--app-secret", "s"]);
    let code = |id, secret| http::ask_token(program.address(), id, secret).json()["code"].clone();
    assert_eq!(code("cli_a", "s"), 0);
    assert_eq!(code("cli_a", "t"), 10_015);
}

#[test]
fn enforces_the_quota() {
    let program = Running::start(&["--quota", "1/3600"]);
    let statuses = [(); 2].map(|()| http::execute(program.address(), &http::minimal()).status);
    assert_eq!(statuses, [200, 429]);
    let (_, stderr) = program.stop("-INT");
    assert!(
        stderr.contains(
            "-> 429 99991400 request trigger frequency limit: the limit is 1; retry in 3"
        ),
        "{stderr}"
    );
}

#[test]
fn an_address_that_others_reach_is_said_to_be_one() {
    let (_, stderr) = Running::start(&["--host", "0.0.0.0"]).stop("-INT");
    let last = stderr.lines().last();
    let warning = "other machines reach this address, the page and the values on it included";
    assert_eq!(last, Some(warning), "{stderr}");
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let outcomes = |seed: &str| {
        let program = Running::start(&["--chaos", "1", "--seed", seed]);
        for _ in 0..20 {
            let mut stream = http::execute_open(program.address(), "t-none", &http::minimal());
            let _ = stream.read_to_end(&mut Vec::new());
        }
        let (_, stderr) = program.stop("-INT");
        let requests = stderr.lines().filter(|line| line.starts_with("POST "));
        requests.collect::<Vec<_>>().join("\n")
    };
    let first = outcomes("1");
    assert_eq!(first.matches("fault: ").count(), 20, "{first}");
    assert_eq!(outcomes("1"), first);
    assert_ne!(outcomes("2"), first);
}

#[test]
fn a_taken_port() {
    let program = Running::start(&[]);
    let port = program.address().port().to_string();
    let message = refusal(&["--port", &port]);
    assert!(
        message.starts_with(&format!(
            "the emulator cannot listen on 127.0.0.1 port {port}: "
        )),
        "{message}"
    );
    assert!(
        message.ends_with("stop it, or choose another port (0 takes any free one)"),
        "{message}"
    );
}

#[test]
fn a_bad_file() {
    let refused = |name: &str, text: &str| {
        let file = File::new(name, text);
        let message = refusal(&["--flow", &file.answering("a/b")]);
        let path = file.0.display().to_string();
        message
            .strip_prefix(&path)
            .unwrap_or_else(|| panic!("{message}"))
            .to_owned()
    };
    assert_eq!(
        refused("broken.json", "{\n  \"a\": 1,\n}"),
        ":3:1: trailing comma"
    );
    assert_eq!(
        refused("array.json", "\n  [1]"),
        ":2:3: expected a JSON object of outputs such as {\"variable_total\": \"128.50\"}, found an array"
    );
    assert_eq!(
        refused("twice.json", "{\n  \"a\": 1,\n  \"a\": 2\n}"),
        ":3:5: `a` is given twice"
    );
    assert_eq!(refused("empty.json", ""), ":1:1: EOF while parsing a value");
    assert_eq!(
        refusal(&["--flow", "a/b=/nowhere/outputs.json"]),
        "cannot read /nowhere/outputs.json: No such file or directory (os error 2)"
    );
}

#[test]
fn bad_arguments() {
    assert_eq!(
        refusal(&["--prot", "1"]),
        "unknown option --prot; see --help"
    );
    assert_eq!(
        refusal(&["--port", "x"]),
        "--port must be an integer from 0 to 65535, not `x`"
    );
    assert_eq!(
        refusal(&["--quota", "0"]),
        "--quota must be N[/SECONDS] with numbers above 0, such as 100 or 5/1, not `0`"
    );
    assert_eq!(
        refusal(&["--chaos", "2"]),
        "--chaos must be a number from 0 to 1, such as 0.2, not `2`"
    );
    assert_eq!(
        refusal(&["--flow", "../x=f"]),
        "the namespace of --flow \"../x=f\" is `.` or `..`, which a URL path does not keep; \
         write NAMESPACE/FLOW_ID=FILE, such as package_x__c/flow_y=outputs.json"
    );
    assert_eq!(refusal(&["--seed", "2"]), "--seed needs --chaos");
}

#[test]
fn help_and_version() {
    let output = run(&["--help"]);
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for option in [
        "--flow NAMESPACE/FLOW_ID=FILE",
        "--contracts DIR",
        "--port PORT",
        "--host HOST",
        "--app-id",
        "--app-secret",
        "--quota N[/SECONDS]",
        "--chaos RATE",
        "--seed N",
        "The last 1000000 idempotency keys",
        "--help",
        "--version",
    ] {
        assert!(help.contains(option), "{option}");
    }
    let output = run(&["--version"]);
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        format!("apaas-flow-emulator {}\n", env!("CARGO_PKG_VERSION"))
    );
}
