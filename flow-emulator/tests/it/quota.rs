use std::time::Duration;

use apaas_flow_emulator::{Emulator, Fault};
use serde_json::json;

use crate::http::{self, EXECUTE, FLOW_ID, NAMESPACE, minimal};

const SECOND: Duration = Duration::from_secs(1);

fn emulator(calls: usize) -> Emulator {
    let emulator = Emulator::builder()
        .quota(calls, 60 * SECOND)
        .start_blocking()
        .unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    emulator
}

#[track_caller]
fn call(emulator: &Emulator, token: &str) -> http::Reply {
    http::execute_with(emulator.address(), token, EXECUTE, &minimal().to_string())
}

#[test]
fn calls_over_the_quota_are_refused_until_the_window_moves_on() {
    let emulator = emulator(2);
    let token = http::token(emulator.address());
    assert_eq!(call(&emulator, &token).status, 200);
    emulator.advance(40 * SECOND);
    assert_eq!(call(&emulator, &token).status, 200);
    let reply = call(&emulator, &token);
    assert_eq!(reply.status, 429);
    assert_eq!(reply.json()["code"], 99_991_400);
    assert_eq!(reply.header("x-ogw-ratelimit-limit"), Some("2"));
    let reset = reply.header("x-ogw-ratelimit-reset").unwrap();
    assert!(reset.contains('.'), "{reset}");
    let reset: f64 = reset.parse().unwrap();
    assert!((10.0..=20.0).contains(&reset), "{reset}");
    assert_eq!((emulator.rate_limited(), emulator.runs()), (1, 2));

    // after the wait that the reply names, one call is let through, and only one
    emulator.advance(Duration::from_secs_f64(reset));
    assert_eq!(call(&emulator, &token).status, 200);
    assert_eq!(call(&emulator, &token).status, 429);
    assert_eq!((emulator.rate_limited(), emulator.runs()), (2, 3));
    assert_eq!(emulator.execute_requests(), 5);
}

#[test]
fn each_app_has_its_own_quota() {
    let emulator = emulator(1);
    let token = |app| {
        let reply = http::ask_token(emulator.address(), app, "secret").json();
        reply["tenant_access_token"].as_str().unwrap().to_owned()
    };
    let (a, b) = (token("a"), token("b"));
    assert_eq!(call(&emulator, &a).status, 200);
    assert_eq!(call(&emulator, &b).status, 200);
    assert_eq!(call(&emulator, &a).status, 429);
    assert_eq!(call(&emulator, &b).status, 429);
}

#[test]
fn invalid_requests_count_but_those_without_an_app_do_not() {
    let emulator = emulator(1);
    let token = http::token(emulator.address());
    assert_eq!(call(&emulator, "t-unknown").json()["code"], 99_991_663);
    let invalid = http::execute_with(emulator.address(), &token, EXECUTE, "[]");
    assert_eq!(invalid.json()["code"], 2_320_001);
    assert_eq!(call(&emulator, &token).status, 429);
    // the token endpoint has no quota
    assert_eq!(http::token(emulator.address()), token);
}

#[test]
fn a_request_with_a_fault_counts_and_one_over_the_quota_meets_none() {
    let emulator = emulator(1);
    let token = http::token(emulator.address());
    emulator.inject(Fault::Internal { after: false }).times(2);
    assert_eq!(call(&emulator, &token).status, 500);
    assert_eq!(call(&emulator, &token).status, 429);
    assert_eq!(emulator.pending_faults(), 1);
    assert_eq!(emulator.rate_limited(), 1);
    emulator.advance(60 * SECOND);
    emulator.clear_faults();
    emulator.inject(Fault::RateLimited { reset: 1.0 });
    assert_eq!(call(&emulator, &token).status, 429);
    // the fault does not count as the quota
    assert_eq!(emulator.rate_limited(), 1);
}

#[test]
fn a_quota_of_no_calls() {
    let emulator = emulator(0);
    let token = http::token(emulator.address());
    for _ in 0..2 {
        let reply = call(&emulator, &token);
        assert_eq!(reply.status, 429);
        assert_eq!(reply.header("x-ogw-ratelimit-reset"), Some("60.000"));
        emulator.advance(3600 * SECOND);
    }
}

#[test]
fn an_endless_period() {
    let emulator = Emulator::builder()
        .quota(1, Duration::MAX)
        .start_blocking()
        .unwrap();
    let token = http::token(emulator.address());
    assert_eq!(call(&emulator, &token).status, 200);
    assert_eq!(call(&emulator, &token).status, 429);
}

#[test]
fn a_period_of_zero_is_an_error_at_the_start() {
    for calls in [0, 1] {
        let started = Emulator::builder()
            .quota(calls, Duration::ZERO)
            .start_blocking();
        assert_eq!(
            started.unwrap_err().to_string(),
            "the quota needs a non-zero period, such as 60 s"
        );
    }
}

#[test]
fn no_quota_by_default() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    let token = http::token(emulator.address());
    for _ in 0..150 {
        assert_eq!(call(&emulator, &token).status, 200);
    }
    assert_eq!(emulator.rate_limited(), 0);
}
