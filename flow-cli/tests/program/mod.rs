//! Runs the program as a script does.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use apaas_flow_emulator::{Emulator, Failure};
use serde_json::{Value, json};

/// Longer than anything takes here.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const FLOW: &str = "package_x__c/flow_y";

/// A folder of its own, in which the program runs.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "apaas-flow-cli-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let file = self.0.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program in a folder, with no settings but these.
pub(crate) fn program(folder: &Path, url: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_apaas-flow"));
    for (name, _) in std::env::vars() {
        if name.starts_with("APAAS_") {
            program.env_remove(name);
        }
    }
    program
        .current_dir(folder)
        .env("APAAS_APP_ID", "cli_test")
        .env("APAAS_APP_SECRET", "hunter2")
        .env("APAAS_OPERATOR_ID", "1111")
        .env("APAAS_BASE_URL", url);
    program
}

pub(crate) struct Ended {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            exit,
            stdout,
            stderr,
        } = self;
        write!(f, "exit {exit}\n{stdout}\n{stderr}")
    }
}

/// Runs it beside the emulator, which shares this test's runtime.
pub(crate) async fn run(mut program: Command, args: &[&str]) -> Ended {
    program.args(args);
    let output = tokio::task::spawn_blocking(move || program.output());
    ended(output.await.unwrap().unwrap())
}

fn ended(output: Output) -> Ended {
    let ended = Ended {
        exit: output.status.code().unwrap_or_else(|| panic!("{output:?}")),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(!ended.to_string().contains("hunter2"), "{ended}");
    ended
}

/// Starts it, for a test that does something to it before its end.
pub(crate) fn started(mut program: Command, args: &[&str]) -> Child {
    program.args(args).stdin(Stdio::null());
    program.stdout(Stdio::piped()).stderr(Stdio::piped());
    program.spawn().unwrap()
}

/// The end of a program that was started. One that hangs is ended by force, and so fails the test.
pub(crate) async fn end_of(mut child: Child) -> Ended {
    let output = tokio::task::spawn_blocking(move || {
        let latest = Instant::now() + PATIENCE;
        while child.try_wait().unwrap().is_none() && Instant::now() < latest {
            thread::sleep(Duration::from_millis(10));
        }
        // of one that has ended there is nothing left to kill
        let _ = child.kill();
        child.wait_with_output()
    });
    ended(output.await.unwrap().unwrap())
}

/// The arguments of a bulk run of these rows, each of which has a `no`.
pub(crate) fn bulk<'a>(rows: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = ["bulk", "run", FLOW, "--rows", rows, "--key", "k-{no}"];
    [&args[..], &["--journal", "j.db"], more].concat()
}

/// A server that answers each request with these headers and this body.
pub(crate) fn serves(answer: fn(&str) -> (&'static str, &'static str)) -> String {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in server.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            let read = connection.read(&mut request).unwrap();
            let (headers, body) = answer(&String::from_utf8_lossy(&request[..read]));
            let head = format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
                body.len()
            );
            // a client that goes away is none of its business
            let _ = connection.write_all((head + body).as_bytes());
        }
    });
    url
}

pub(crate) async fn emulator() -> Emulator {
    let emulator = Emulator::start().await.unwrap();
    emulator.on_raw("package_x__c", "flow_y", |params| {
        if params["fail"] == json!(true) {
            return Err(Failure::new("k_1", "no"));
        }
        Ok(json!({"variable_seen": params, "variable_big": 9_007_199_254_740_993_i64}))
    });
    emulator
}
