//! What a client sees of each fault, and whether the flow runs.

use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use apaas_flow_emulator::{Emulator, Fault};
use serde_json::json;

use crate::http::{self, FLOW_ID, NAMESPACE, minimal, with};

pub(crate) const GATEWAY: Fault = Fault::Gateway {
    http_status: 504,
    after: false,
};

pub(crate) fn emulator() -> Emulator {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| {
        Ok(json!({"variable_total": "一二三"}))
    });
    emulator
}

/// The reply to a request that meets the fault, and how often the flow ran.
fn meet(fault: Fault) -> (http::Reply, usize) {
    let emulator = emulator();
    emulator.inject(fault.clone());
    let reply = http::execute(emulator.address(), &with("idempotent_key", "k"));
    let runs = ran(&emulator);
    let request = emulator.requests().pop().unwrap();
    assert_eq!(request.fault, Some(fault));
    assert_eq!(request.http_status, reply.status);
    assert_eq!(reply.header("X-Tt-Logid"), Some(request.log_id.as_str()));
    assert_eq!((emulator.pending_faults(), emulator.faults_met()), (0, 1));
    // the next request is answered as usual
    let next = http::execute(emulator.address(), &minimal());
    assert_eq!(next.data()["status"], "end");
    (reply, runs)
}

/// How often the flow ran under the key `k`; every count agrees.
#[track_caller]
fn ran(emulator: &Emulator) -> usize {
    let runs = emulator.runs_of("k");
    assert_eq!(emulator.executions().len(), runs);
    assert_eq!(emulator.runs(), runs);
    runs
}

/// Everything that is sent before the connection ends, or is reset.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    bytes
}

/// A request that meets the fault; its reply is left to the caller.
fn meet_open(emulator: &Emulator, fault: Fault) -> TcpStream {
    let token = http::token(emulator.address());
    emulator.inject(fault);
    http::execute_open(emulator.address(), &token, &with("idempotent_key", "k"))
}

/// Waits for something to happen on the emulator's thread.
#[track_caller]
fn wait_for(what: impl Fn() -> bool) {
    let before = Instant::now();
    while !what() {
        assert!(
            before.elapsed() < Duration::from_secs(10),
            "it did not happen"
        );
        std::thread::yield_now();
    }
}

#[test]
fn rate_limited() {
    for (reset, header) in [(1.0, "1"), (0.25, "0.25")] {
        let (reply, runs) = meet(Fault::RateLimited { reset });
        assert_eq!(reply.status, 429);
        assert_eq!(reply.json()["code"], 99_991_400);
        assert_eq!(reply.header("x-ogw-ratelimit-limit"), Some("100"));
        assert_eq!(reply.header("x-ogw-ratelimit-reset"), Some(header));
        assert_eq!(runs, 0);
    }
}

#[test]
fn stale_token() {
    for http_status in [400, 200] {
        let (reply, runs) = meet(Fault::StaleToken { http_status });
        assert_eq!(reply.status, http_status);
        assert_eq!(reply.json()["code"], 99_991_663);
        assert_eq!(runs, 0);
    }
}

#[test]
fn a_stale_token_is_replaced_but_stays_valid() {
    let emulator = emulator();
    let address = emulator.address();
    let token = http::token(address);
    assert_eq!(http::token(address), token);
    emulator.inject(Fault::StaleToken { http_status: 400 });
    let call = |token: &str| {
        http::execute_with(address, token, http::EXECUTE, &minimal().to_string()).json()["code"]
            .clone()
    };
    assert_eq!(call(&token), 99_991_663);
    assert_eq!(call(&token), 0);
    let next = http::token(address);
    assert_ne!(next, token);
    assert_eq!(call(&next), 0);
    assert_eq!(http::token(address), next);
}

#[test]
fn a_gateway_page_before_and_after_the_run() {
    for http_status in [502, 503, 504] {
        for after in [false, true] {
            let (reply, runs) = meet(Fault::Gateway { http_status, after });
            assert_eq!(reply.status, http_status);
            assert_eq!(
                reply.header("Content-Type"),
                Some("text/html; charset=utf-8")
            );
            assert!(reply.body.starts_with("<html>"), "{reply:?}");
            assert_eq!(runs, usize::from(after));
        }
    }
}

#[test]
fn a_gateway_status_without_a_page() {
    for http_status in [204, 205, 304, 599] {
        let (reply, runs) = meet(Fault::Gateway {
            http_status,
            after: true,
        });
        assert_eq!((reply.status, runs), (http_status, 1));
    }
}

#[test]
fn an_internal_error_before_and_after_the_run() {
    for after in [false, true] {
        let (reply, runs) = meet(Fault::Internal { after });
        assert_eq!(reply.status, 500);
        assert_eq!(reply.json()["code"], 2_320_002);
        assert_eq!(runs, usize::from(after));
    }
}

#[test]
fn an_html_page_before_and_after_the_run() {
    for after in [false, true] {
        let (reply, runs) = meet(Fault::Html { after });
        assert_eq!(reply.status, 200);
        assert!(reply.body.starts_with("<html>"), "{reply:?}");
        assert_eq!(runs, usize::from(after));
    }
}

#[test]
fn a_redirect() {
    let location = "http://192.0.2.1/elsewhere?a=b";
    let (reply, runs) = meet(Fault::Redirect {
        location: location.to_owned(),
    });
    assert_eq!(reply.status, 307);
    assert_eq!(reply.header("Location"), Some(location));
    assert_eq!(runs, 0);
}

#[test]
fn another_status() {
    for status in ["failed", "wait", "nobody knows"] {
        let (reply, runs) = meet(Fault::Status(status.to_owned()));
        let data = reply.data();
        assert_eq!(data["status"], status);
        assert_eq!(data["error_msg"], "");
        assert_eq!(reply.outputs()[0]["value"], "一二三");
        assert_eq!(runs, 1);
    }
}

#[test]
fn a_reply_without_a_run_keeps_its_status() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.inject(Fault::Status("wait".to_owned())).times(2);
    let reply = http::execute(emulator.address(), &minimal());
    assert_eq!(reply.data()["status"], "failed");
    assert_eq!(http::execute(emulator.address(), &json!({})).status, 400);
}

#[test]
fn truncated_json() {
    let (reply, runs) = meet(Fault::Truncated);
    assert_eq!(reply.status, 200);
    // the HTTP reply is complete
    let announced: usize = reply.header("Content-Length").unwrap().parse().unwrap();
    assert_eq!(reply.body.len(), announced);
    let error = serde_json::from_str::<serde_json::Value>(&reply.body).unwrap_err();
    assert!(error.is_eof(), "{error}");
    assert!(reply.body.starts_with("{\"code\":0,"), "{reply:?}");
    assert_eq!(runs, 1);
}

#[test]
fn a_connection_closed_in_the_middle_of_the_reply() {
    let (reply, runs) = meet(Fault::CutOff);
    assert_eq!(reply.status, 200);
    let announced: usize = reply.header("Content-Length").unwrap().parse().unwrap();
    assert_eq!(reply.body.len(), announced / 2);
    assert_eq!(runs, 1);
}

#[test]
fn a_connection_dropped_before_and_after_the_run() {
    for after in [false, true] {
        let emulator = emulator();
        let stream = meet_open(&emulator, Fault::Dropped { after });
        assert_eq!(rest(stream), b"");
        assert_eq!(ran(&emulator), usize::from(after));
        let request = emulator.requests().pop().unwrap();
        assert_eq!(request.http_status, 0);
        assert_eq!(request.fault, Some(Fault::Dropped { after }));
    }
}

#[test]
fn a_connection_is_dropped_before_the_body_arrives() {
    let emulator = emulator();
    emulator.inject(Fault::Dropped { after: false });
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n",
        http::EXECUTE
    );
    assert_eq!(rest(http::open(emulator.address(), head.as_bytes())), b"");
}

#[test]
fn a_slow_reply() {
    let by = Duration::from_millis(150);
    let before = Instant::now();
    let (reply, runs) = meet(Fault::Slow(by));
    assert!(before.elapsed() >= by);
    assert_eq!(reply.data()["status"], "end");
    assert_eq!(runs, 1);
}

#[test]
fn the_flow_runs_before_its_slow_reply() {
    let emulator = emulator();
    let stream = meet_open(&emulator, Fault::Slow(Duration::MAX));
    wait_for(|| emulator.requests().len() == 2);
    assert_eq!(ran(&emulator), 1);
    let request = emulator.requests().pop().unwrap();
    assert!(
        request
            .outcome
            .ends_with("; fault: reply delayed by 18446744073709551615.999999999s")
    );
    drop(emulator);
    assert_eq!(rest(stream), b"");
}

#[test]
fn silence_until_the_client_goes_away() {
    for after in [false, true] {
        let emulator = emulator();
        let mut stream = meet_open(&emulator, Fault::Silent { after });
        wait_for(|| emulator.requests().len() == 2);
        stream
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        let error = stream.read(&mut [0]).unwrap_err();
        assert!(matches!(
            error.kind(),
            ErrorKind::WouldBlock | ErrorKind::TimedOut
        ));
        assert_eq!(ran(&emulator), usize::from(after));
        // to the server this looks like going away; the end of the connection shows that it noticed
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(rest(stream), b"");
    }
}

#[test]
fn silence_until_the_emulator_stops() {
    let emulator = emulator();
    let stream = meet_open(&emulator, Fault::Silent { after: true });
    wait_for(|| emulator.requests().len() == 2);
    let before = Instant::now();
    drop(emulator);
    assert_eq!(rest(stream), b"");
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_endless_reply_until_the_client_goes_away() {
    let emulator = emulator();
    let mut stream = meet_open(&emulator, Fault::Endless);
    let mut seen = vec![0; 8 * 1024 * 1024];
    stream.read_exact(&mut seen).unwrap();
    assert!(seen.starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert_eq!(ran(&emulator), 1);
    // others are answered meanwhile, and afterwards
    assert_eq!(
        http::execute(emulator.address(), &minimal()).data()["status"],
        "end"
    );
    drop(stream);
    assert_eq!(
        http::execute(emulator.address(), &minimal()).data()["status"],
        "end"
    );
}

#[test]
fn an_endless_reply_until_the_emulator_stops() {
    let emulator = emulator();
    let mut stream = meet_open(&emulator, Fault::Endless);
    stream.read_exact(&mut [0; 1024]).unwrap();
    let before = Instant::now();
    drop(emulator);
    assert!(rest(stream).len() < 64 * 1024 * 1024);
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[test]
fn the_log_names_the_run_and_the_fault() {
    let (tell, hear) = std::sync::mpsc::channel();
    let emulator = Emulator::builder()
        .log(move |line| tell.send(line.to_owned()).unwrap())
        .start_blocking()
        .unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    rest(meet_open(&emulator, Fault::Dropped { after: true }));
    rest(meet_open(&emulator, GATEWAY));
    let lines: Vec<String> = hear.try_iter().collect();
    let id = &emulator.executions()[0].execution_id;
    assert_eq!(
        lines[1],
        format!(
            "POST {} -> 0 end, execution {id}; fault: connection dropped",
            http::EXECUTE
        )
    );
    assert_eq!(
        lines[3],
        format!(
            "POST {} -> 504 fault: gateway page, HTTP 504",
            http::EXECUTE
        )
    );
}
