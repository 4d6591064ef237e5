//! What a client sees of each fault, and whether the flow ran.

use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use apaas_flow_emulator::{Emulator, Fault};
use serde_json::json;

use crate::http::{self, FLOW_ID, NAMESPACE, minimal, with};

const GATEWAY: Fault = Fault::Gateway {
    http_status: 504,
    after: false,
};

fn emulator() -> Emulator {
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
    // what comes after it is as it should be
    let next = http::execute(emulator.address(), &minimal());
    assert_eq!(next.data()["status"], "end");
    (reply, runs)
}

/// How often the flow ran under the key `k`, which all that counts agrees on.
#[track_caller]
fn ran(emulator: &Emulator) -> usize {
    let runs = emulator.runs_of("k");
    assert_eq!(emulator.executions().len(), runs);
    assert_eq!(emulator.runs(), runs);
    runs
}

/// All that is sent before the connection ends; a connection that is reset has ended.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    bytes
}

/// A request that meets the fault, its reply left to be read.
fn meet_open(emulator: &Emulator, fault: Fault) -> TcpStream {
    let token = http::token(emulator.address());
    emulator.inject(fault);
    http::execute_open(emulator.address(), &token, &with("idempotent_key", "k"))
}

/// Waits until something has happened on the emulator's thread.
#[track_caller]
fn wait_for(what: impl Fn() -> bool) {
    let before = Instant::now();
    while !what() {
        assert!(
            before.elapsed() < Duration::from_secs(10),
            "it does not happen"
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
fn a_stale_token_is_replaced_by_the_next_fetch_and_spares_those_who_have_it() {
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
fn a_gateways_page_before_and_after() {
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
fn a_gateways_status_that_has_no_page() {
    for http_status in [204, 205, 304, 599] {
        let (reply, runs) = meet(Fault::Gateway {
            http_status,
            after: true,
        });
        assert_eq!((reply.status, runs), (http_status, 1));
    }
}

#[test]
fn an_internal_error_before_and_after() {
    for after in [false, true] {
        let (reply, runs) = meet(Fault::Internal { after });
        assert_eq!(reply.status, 500);
        assert_eq!(reply.json()["code"], 2_320_002);
        assert_eq!(runs, usize::from(after));
    }
}

#[test]
fn an_html_page_before_and_after() {
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
fn another_status_is_that_of_a_run() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.inject(Fault::Status("wait".to_owned())).times(2);
    let reply = http::execute(emulator.address(), &minimal());
    assert_eq!(reply.data()["status"], "failed");
    assert_eq!(http::execute(emulator.address(), &json!({})).status, 400);
}

#[test]
fn json_cut_in_half() {
    let (reply, runs) = meet(Fault::Truncated);
    assert_eq!(reply.status, 200);
    // to HTTP it is whole
    let announced: usize = reply.header("Content-Length").unwrap().parse().unwrap();
    assert_eq!(reply.body.len(), announced);
    let error = serde_json::from_str::<serde_json::Value>(&reply.body).unwrap_err();
    assert!(error.is_eof(), "{error}");
    assert!(reply.body.starts_with("{\"code\":0,"), "{reply:?}");
    assert_eq!(runs, 1);
}

#[test]
fn a_connection_cut_in_the_middle_of_the_reply() {
    let (reply, runs) = meet(Fault::CutOff);
    assert_eq!(reply.status, 200);
    let announced: usize = reply.header("Content-Length").unwrap().parse().unwrap();
    assert_eq!(reply.body.len(), announced / 2);
    assert_eq!(runs, 1);
}

#[test]
fn a_connection_dropped_before_and_after() {
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
fn a_connection_is_dropped_before_the_body_is_there() {
    let emulator = emulator();
    emulator.inject(Fault::Dropped { after: false });
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n",
        http::EXECUTE
    );
    assert_eq!(rest(http::open(emulator.address(), head.as_bytes())), b"");
}

#[test]
fn a_reply_that_is_late() {
    let by = Duration::from_millis(150);
    let before = Instant::now();
    let (reply, runs) = meet(Fault::Slow(by));
    assert!(before.elapsed() >= by);
    assert_eq!(reply.data()["status"], "end");
    assert_eq!(runs, 1);
}

#[test]
fn the_flow_runs_long_before_its_late_reply() {
    let emulator = emulator();
    let stream = meet_open(&emulator, Fault::Slow(Duration::MAX));
    wait_for(|| emulator.requests().len() == 2);
    assert_eq!(ran(&emulator), 1);
    let request = emulator.requests().pop().unwrap();
    assert!(
        request
            .outcome
            .ends_with("; fault: reply late by 18446744073709551615.999999999s")
    );
    drop(emulator);
    assert_eq!(rest(stream), b"");
}

#[test]
fn silence_before_and_after_until_the_client_goes_away() {
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
        // it goes away as far as the server can tell, and hears that the server has noticed
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
fn a_reply_without_end_until_the_client_goes_away() {
    let emulator = emulator();
    let mut stream = meet_open(&emulator, Fault::Endless);
    let mut seen = vec![0; 8 * 1024 * 1024];
    stream.read_exact(&mut seen).unwrap();
    assert!(seen.starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert_eq!(ran(&emulator), 1);
    // others are answered meanwhile, and after
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
fn a_reply_without_end_until_the_emulator_stops() {
    let emulator = emulator();
    let mut stream = meet_open(&emulator, Fault::Endless);
    stream.read_exact(&mut [0; 1024]).unwrap();
    let before = Instant::now();
    drop(emulator);
    assert!(rest(stream).len() < 64 * 1024 * 1024);
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[test]
fn the_first_that_was_injected_is_met_first_and_so_many_times() {
    let emulator = emulator();
    emulator.inject(Fault::RateLimited { reset: 1.0 }).times(2);
    emulator.inject(Fault::Endless).times(0);
    emulator.inject(GATEWAY);
    assert_eq!(emulator.pending_faults(), 3);
    let statuses: Vec<u16> = (0..4)
        .map(|_| http::execute(emulator.address(), &minimal()).status)
        .collect();
    assert_eq!(statuses, [429, 429, 504, 200]);
    assert_eq!((emulator.pending_faults(), emulator.faults_met()), (0, 3));
}

#[test]
fn faults_can_be_cleared() {
    let emulator = emulator();
    emulator.inject(GATEWAY).times(5);
    emulator.inject_token(GATEWAY);
    emulator.clear_faults();
    assert_eq!(emulator.pending_faults(), 0);
    assert_eq!(http::execute(emulator.address(), &minimal()).status, 200);
}

#[test]
fn the_token_endpoint_has_faults_of_its_own() {
    let emulator = emulator();
    let address = emulator.address();
    let ask = || http::ask_token(address, "cli_a1b2", "secret");
    let token = http::token(address);
    emulator.inject_token(GATEWAY);
    let body = minimal().to_string();
    assert_eq!(
        http::execute_with(address, &token, http::EXECUTE, &body).status,
        200
    );
    assert_eq!(ask().status, 504);

    emulator.inject_token(Fault::RateLimited { reset: 0.5 });
    let reply = ask();
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (429, &json!(99_991_400))
    );
    emulator.inject_token(Fault::Truncated);
    assert!(serde_json::from_str::<serde_json::Value>(&ask().body).is_err());
    emulator.inject_token(Fault::Redirect {
        location: "/".to_owned(),
    });
    assert_eq!(ask().header("Location"), Some("/"));
    assert_eq!(emulator.token_requests(), 5);
    assert_eq!(ask().json()["code"], 0);
}

#[test]
fn a_token_is_given_out_before_a_fault_after_it() {
    let outcome = |after| {
        let emulator = emulator();
        emulator.inject_token(Fault::Internal { after });
        http::ask_token(emulator.address(), "a", "b");
        emulator.requests()[0].outcome.clone()
    };
    assert_eq!(outcome(false), "fault: internal error");
    assert_eq!(outcome(true), "a token for 7200 s; fault: internal error");
}

#[test]
fn the_log_tells_of_the_run_and_of_the_fault() {
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
            "POST {} -> 504 fault: a gateway's page of HTTP 504",
            http::EXECUTE
        )
    );
}

#[test]
fn a_fault_that_cannot_happen_is_told_at_once() {
    let emulator = Emulator::start_blocking().unwrap();
    let told = |inject: &dyn Fn()| {
        let payload = catch_unwind(AssertUnwindSafe(inject)).unwrap_err();
        *payload.downcast::<String>().unwrap()
    };
    assert_eq!(
        told(&|| {
            emulator.inject(Fault::RateLimited { reset: -1.0 });
        }),
        "RateLimited { reset: -1.0 } cannot be injected: `reset` is a number of seconds from 0 on, not -1"
    );
    assert_eq!(
        told(&|| {
            emulator.inject_token(Fault::Status("wait".to_owned()));
        }),
        "Status(\"wait\") cannot be injected: a reply of the token endpoint has no status"
    );
    assert_eq!(emulator.pending_faults(), 0);
}
