//! Which requests meet an injected fault.

use std::panic::{AssertUnwindSafe, catch_unwind};

use apaas_flow_emulator::{Emulator, Fault};
use serde_json::json;

use crate::faults::{GATEWAY, emulator};
use crate::http::{self, minimal};

#[test]
fn faults_are_met_in_order_and_as_often_as_injected() {
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
fn a_fault_can_be_for_one_flow() {
    let emulator = emulator();
    let address = emulator.address();
    emulator.on_raw("package_x__c", "other", Ok);
    emulator
        .inject(GATEWAY)
        .for_flow_named("package_x__c", "other")
        .times(2);
    let token = http::token(address);
    let other = "/open-apis/apaas/v1/applications/package_x__c/flows/other/execute";
    let status = |path| http::execute_with(address, &token, path, &minimal().to_string()).status;
    let statuses = [
        status(http::EXECUTE),
        status(other),
        status(http::EXECUTE),
        status(other),
        status(other),
    ];
    assert_eq!(statuses, [200, 504, 200, 504, 200]);
    assert_eq!((emulator.pending_faults(), emulator.faults_met()), (0, 2));
}

#[test]
fn a_token_request_is_of_no_flow() {
    let emulator = emulator();
    let refused = catch_unwind(AssertUnwindSafe(|| {
        emulator.inject_token(GATEWAY).for_flow_named("a", "b");
    }));
    let message = refused.unwrap_err().downcast::<String>().unwrap();
    assert!(
        message.ends_with("the token endpoint serves no flow"),
        "{message}"
    );
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
fn the_token_endpoint_has_its_own_faults() {
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
fn after_means_that_a_token_is_issued() {
    let outcome = |after| {
        let emulator = emulator();
        emulator.inject_token(Fault::Internal { after });
        http::ask_token(emulator.address(), "a", "b");
        emulator.requests()[0].outcome.clone()
    };
    assert_eq!(outcome(false), "fault: internal error");
    assert_eq!(
        outcome(true),
        "token issued for 7200 s; fault: internal error"
    );
}

#[test]
fn an_impossible_fault_panics_at_once() {
    let emulator = Emulator::start_blocking().unwrap();
    let told = |inject: &dyn Fn()| {
        let payload = catch_unwind(AssertUnwindSafe(inject)).unwrap_err();
        *payload.downcast::<String>().unwrap()
    };
    assert_eq!(
        told(&|| {
            emulator.inject(Fault::RateLimited { reset: -1.0 });
        }),
        "cannot inject RateLimited { reset: -1.0 }: `reset` must be a non-negative number of seconds, not -1"
    );
    assert_eq!(
        told(&|| {
            emulator.inject_token(Fault::Status("wait".to_owned()));
        }),
        "cannot inject Status(\"wait\"): replies of the token endpoint have no status"
    );
    assert_eq!(emulator.pending_faults(), 0);
}
