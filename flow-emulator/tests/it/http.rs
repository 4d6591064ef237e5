//! HTTP by hand: one request per connection, with the document's sample for whatever a test does not care about.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use apaas_flow_emulator::Emulator;
use serde_json::{Value, json};

pub(crate) const NAMESPACE: &str = "package_7344545d87__c";
pub(crate) const FLOW_ID: &str = "deleteObject_99c656599f";
pub(crate) const EXECUTE: &str =
    "/open-apis/apaas/v1/applications/package_7344545d87__c/flows/deleteObject_99c656599f/execute";
pub(crate) const TOKEN: &str = "/open-apis/auth/v3/tenant_access_token/internal";

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// `data` of a reply that was accepted.
    #[track_caller]
    pub(crate) fn data(&self) -> Value {
        let mut body = self.json();
        assert_eq!(self.status, 200, "{body}");
        assert_eq!(body["code"], 0, "{body}");
        assert_eq!(body["msg"], "success");
        body["data"].take()
    }

    /// The array inside `out_params`.
    #[track_caller]
    pub(crate) fn outputs(&self) -> Value {
        let data = self.data();
        serde_json::from_str(data["out_params"].as_str().unwrap()).unwrap()
    }

    /// The inner code and message of a flow that failed or did not run.
    #[track_caller]
    pub(crate) fn failure(&self) -> (String, String) {
        let data = self.data();
        assert_eq!(data["out_params"], "", "{data}");
        let text = |name: &str| data[name].as_str().unwrap().to_owned();
        (text("code"), text("error_msg"))
    }
}

/// Held while a program is started: between fork and exec, a child holds every socket that is open in this process.
pub(crate) static FORKING: Mutex<()> = Mutex::new(());

/// Tests with an emulator on a port that nothing else takes once it has stopped. It is below the range from which systems
/// choose free ports (32768 on Linux, 49152 elsewhere), as they do for the tests that run at the same time; no other test
/// asks for it by number, and no child process holds its listener.
pub(crate) fn on_quiet_port<T>(test: impl FnOnce(Emulator) -> T) -> T {
    static TRIED: AtomicU16 = AtomicU16::new(0);
    let _no_fork = FORKING.lock().unwrap_or_else(PoisonError::into_inner);
    let first = 20_000 + u16::try_from(std::process::id() % 500).unwrap() * 20;
    loop {
        let tried = TRIED.fetch_add(1, Ordering::Relaxed);
        assert!(tried < 20, "no port is free");
        let port = first + tried;
        match Emulator::builder().port(port).start_blocking() {
            Ok(emulator) => return test(emulator),
            Err(error) => assert!(error.to_string().contains("another program listens there")),
        }
    }
}

/// Sends bytes as they are, and leaves the reply to the caller.
pub(crate) fn open(address: SocketAddr, request: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    // a server that has seen enough may stop reading
    let _ = stream.write_all(request);
    stream
}

/// Sends bytes as they are, and reads until the server hangs up.
pub(crate) fn send(address: SocketAddr, request: &[u8]) -> Reply {
    let mut reply = Vec::new();
    let mut stream = open(address, request);
    stream.read_to_end(&mut reply).unwrap();
    let reply = String::from_utf8(reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    Reply {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    send(address, &written(address, method, path, headers, body))
}

fn written(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    request.push_str("\r\n");
    let mut request = request.into_bytes();
    request.extend_from_slice(body);
    request
}

const JSON: (&str, &str) = ("Content-Type", "application/json; charset=utf-8");

pub(crate) fn ask_token(address: SocketAddr, app_id: &str, app_secret: &str) -> Reply {
    let body = json!({"app_id": app_id, "app_secret": app_secret}).to_string();
    request(address, "POST", TOKEN, &[JSON], body.as_bytes())
}

pub(crate) fn token(address: SocketAddr) -> String {
    let reply = ask_token(address, "cli_a1b2", "secret").json();
    assert_eq!(reply["code"], 0, "{reply}");
    reply["tenant_access_token"].as_str().unwrap().to_owned()
}

pub(crate) fn execute_with(address: SocketAddr, token: &str, path: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    let headers = [JSON, ("Authorization", bearer.as_str())];
    request(address, "POST", path, &headers, body.as_bytes())
}

/// Executes the sample flow, and leaves the reply to the caller.
pub(crate) fn execute_open(address: SocketAddr, token: &str, body: &Value) -> TcpStream {
    let bearer = format!("Bearer {token}");
    let headers = [JSON, ("Authorization", bearer.as_str())];
    let body = body.to_string();
    open(
        address,
        &written(address, "POST", EXECUTE, &headers, body.as_bytes()),
    )
}

/// Executes the sample flow with a valid token.
pub(crate) fn execute(address: SocketAddr, body: &Value) -> Reply {
    execute_with(address, &token(address), EXECUTE, &body.to_string())
}

/// The smallest valid body.
pub(crate) fn minimal() -> Value {
    json!({"operator": "{\"_id\": 1111}"})
}

/// The smallest body, with one more key.
pub(crate) fn with(key: &str, value: impl Into<Value>) -> Value {
    let mut body = minimal();
    body[key] = value.into();
    body
}
