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
fn the_surplus_is_refused_until_the_first_place_is_free() {
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

    // who waits as long as it was told finds one place, and only one
    emulator.advance(Duration::from_secs_f64(reset));
    assert_eq!(call(&emulator, &token).status, 200);
    assert_eq!(call(&emulator, &token).status, 429);
    assert_eq!((emulator.rate_limited(), emulator.runs()), (2, 3));
    assert_eq!(emulator.execute_requests(), 5);
}

#[test]
fn each_app_has_its_own() {
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
fn what_is_refused_later_on_takes_a_place_and_what_has_no_app_does_not() {
    let emulator = emulator(1);
    let token = http::token(emulator.address());
    assert_eq!(call(&emulator, "t-unknown").json()["code"], 99_991_663);
    let invalid = http::execute_with(emulator.address(), &token, EXECUTE, "[]");
    assert_eq!(invalid.json()["code"], 2_320_001);
    assert_eq!(call(&emulator, &token).status, 429);
    // tokens are another API
    assert_eq!(http::token(emulator.address()), token);
}

#[test]
fn a_fault_takes_a_place_and_a_refused_request_leaves_it_waiting() {
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
    // not the quota's doing
    assert_eq!(emulator.rate_limited(), 1);
}

#[test]
fn no_calls_at_all() {
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
fn a_period_that_does_not_end() {
    let emulator = Emulator::builder()
        .quota(1, Duration::MAX)
        .start_blocking()
        .unwrap();
    let token = http::token(emulator.address());
    assert_eq!(call(&emulator, &token).status, 200);
    assert_eq!(call(&emulator, &token).status, 429);
}

#[test]
fn a_period_of_zero_is_refused_at_the_start() {
    for calls in [0, 1] {
        let started = Emulator::builder()
            .quota(calls, Duration::ZERO)
            .start_blocking();
        assert_eq!(
            started.unwrap_err().to_string(),
            "the quota's period is zero, which limits nothing; give the time that the calls are for, such as 60 s"
        );
    }
}

#[test]
fn none_unless_chosen() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    let token = http::token(emulator.address());
    for _ in 0..150 {
        assert_eq!(call(&emulator, &token).status, 200);
    }
    assert_eq!(emulator.rate_limited(), 0);
}
