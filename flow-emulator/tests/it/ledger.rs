use apaas_flow_emulator::{Builder, Emulator, Fault, Retention};
use serde_json::json;

use crate::http::{self, EXECUTE, FLOW_ID, NAMESPACE, with};

fn start(builder: Builder) -> (Emulator, String) {
    let emulator = builder.start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    let token = http::token(emulator.address());
    (emulator, token)
}

/// The inner code of the reply to a call under this key.
fn call(emulator: &Emulator, token: &str, key: &str) -> String {
    let body = with("idempotent_key", key).to_string();
    let data = http::execute_with(emulator.address(), token, EXECUTE, &body).data();
    data["code"].as_str().unwrap().to_owned()
}

#[test]
fn runs_are_counted_by_key() {
    let (emulator, token) = start(Emulator::builder());
    assert_eq!(call(&emulator, &token, "a"), "");
    assert_eq!(call(&emulator, &token, "a"), "k_wf_ec_2001008");
    http::execute(emulator.address(), &http::minimal());
    assert_eq!((emulator.runs_of("a"), emulator.runs_of("b")), (1, 0));
    assert_eq!((emulator.runs(), emulator.execute_requests()), (2, 3));
}

#[test]
fn counts_without_records() {
    let (emulator, token) = start(Emulator::builder().retention(Retention::Counts));
    for key in ["a", "b", "a"] {
        call(&emulator, &token, key);
    }
    emulator.inject(Fault::Internal { after: true });
    let body = with("idempotent_key", "c").to_string();
    http::execute_with(emulator.address(), &token, EXECUTE, &body);
    assert_eq!(
        (emulator.executions(), emulator.requests()),
        (vec![], vec![])
    );
    for (key, runs) in [("a", 1), ("b", 1), ("c", 1), ("d", 0)] {
        assert_eq!(emulator.runs_of(key), runs, "{key}");
    }
    assert_eq!((emulator.runs(), emulator.execute_requests()), (3, 4));
    assert_eq!((emulator.token_requests(), emulator.faults_met()), (1, 1));
}

#[test]
fn runs_have_distinct_ids_without_records() {
    let (emulator, token) = start(Emulator::builder().retention(Retention::LastKeys(1)));
    let number = |key| {
        let body = with("idempotent_key", key).to_string();
        let reply = http::execute_with(emulator.address(), &token, EXECUTE, &body);
        reply.data()["execution_id"].as_str().unwrap().to_owned()
    };
    let numbers = [number("a"), number("b"), number("a")];
    assert!(
        numbers[0] < numbers[1] && numbers[1] < numbers[2],
        "{numbers:?}"
    );
    // "a" was forgotten, so it ran again
    assert_eq!((emulator.runs(), emulator.runs_of("b")), (3, 0));
}
