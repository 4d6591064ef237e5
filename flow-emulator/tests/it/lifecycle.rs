use std::net::TcpStream;
use std::time::Duration;

use apaas_flow_emulator::Emulator;
use serde_json::json;

use crate::http::{self, FLOW_ID, NAMESPACE, minimal};

/// Polls a future once, without an executor.
fn poll_once<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("the future is not ready at once"),
    }
}

#[test]
fn starts_under_any_executor() {
    let emulator = poll_once(Emulator::start()).unwrap();
    assert!(http::token(emulator.address()).starts_with("t-"));
}

#[test]
fn answers_while_the_runtime_it_started_in_is_blocked() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let emulator = Emulator::start().await.unwrap();
        emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
        let reply = http::execute(emulator.address(), &minimal());
        assert_eq!(reply.data()["status"], "end");
    });
}

#[test]
fn stopping_frees_the_port() {
    http::on_quiet_port(|emulator| {
        let address = emulator.address();
        // an open connection does not hold the port
        let open = TcpStream::connect(address).unwrap();
        http::token(address);
        drop(emulator);
        assert!(TcpStream::connect(address).is_err());
        let emulator = Emulator::builder()
            .port(address.port())
            .start_blocking()
            .unwrap();
        assert_eq!(emulator.address(), address);
        drop(open);
    });
}

#[test]
fn stopping_waits_for_a_handler_but_not_forever() {
    let emulator = Emulator::start_blocking().unwrap();
    let address = emulator.address();
    let (entered, has_entered) = std::sync::mpsc::channel();
    emulator.on_raw(NAMESPACE, FLOW_ID, move |_| {
        entered.send(()).unwrap();
        std::thread::sleep(Duration::from_secs(60));
        Ok(json!({}))
    });
    let token = http::token(address);
    std::thread::spawn(move || {
        http::execute_with(address, &token, http::EXECUTE, &minimal().to_string())
    });
    has_entered.recv_timeout(Duration::from_secs(10)).unwrap();
    let before = std::time::Instant::now();
    drop(emulator);
    assert!(before.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_flow_goes_on_when_its_caller_hangs_up() {
    let emulator = Emulator::start_blocking().unwrap();
    let address = emulator.address();
    let (open, gate) = std::sync::mpsc::channel();
    let (entered, has_entered) = std::sync::mpsc::channel();
    let gate = std::sync::Mutex::new(gate);
    emulator.on_raw(NAMESPACE, FLOW_ID, move |_| {
        entered.send(()).unwrap();
        gate.lock().unwrap().recv().unwrap();
        Ok(json!({}))
    });
    let token = http::token(address);
    let mut stream = TcpStream::connect(address).unwrap();
    let body = minimal().to_string();
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        http::EXECUTE,
        body.len()
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    has_entered.recv_timeout(Duration::from_secs(10)).unwrap();
    drop(stream);
    // the server has one thread: once it has answered this, it has seen the end of the other connection
    assert_eq!(http::token(address), token);
    assert_eq!(emulator.executions()[0].status, "in_process");
    open.send(()).unwrap();
    let before = std::time::Instant::now();
    while emulator.requests().len() < 3 {
        assert!(before.elapsed() < Duration::from_secs(10), "no reply");
        std::thread::yield_now();
    }
    assert_eq!(emulator.executions()[0].status, "end");
}

#[test]
fn a_taken_port() {
    let emulator = Emulator::start_blocking().unwrap();
    let port = emulator.address().port();
    let error = Emulator::builder()
        .port(port)
        .start_blocking()
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with(&format!(
            "the emulator cannot listen on 127.0.0.1 port {port}: "
        )),
        "{error}"
    );
    assert!(error.contains("another program listens there"), "{error}");
}

#[test]
fn an_address_of_another_machine() {
    let error = Emulator::builder()
        .host("192.0.2.1")
        .start_blocking()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("this machine does not have this address"),
        "{error}"
    );
}

#[test]
fn can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Emulator>();
}

#[test]
fn the_url_is_reachable() {
    let emulator = Emulator::builder()
        .host("0.0.0.0")
        .start_blocking()
        .unwrap();
    let port = emulator.address().port();
    assert!(emulator.address().ip().is_unspecified());
    assert_eq!(emulator.url(), format!("http://127.0.0.1:{port}"));

    let emulator = Emulator::start_blocking().unwrap();
    assert_eq!(emulator.url(), format!("http://{}", emulator.address()));
    assert_eq!(emulator.address().ip().to_string(), "127.0.0.1");
}
