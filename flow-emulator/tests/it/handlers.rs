use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

use apaas_flow_emulator::Emulator;
use serde_json::json;

use crate::http::{self, FLOW_ID, NAMESPACE, minimal};

/// What dropping the emulator panics with.
fn dropped(emulator: Emulator) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(|| drop(emulator))).err()?;
    Some(*payload.downcast::<String>().unwrap())
}

#[test]
fn a_panic_is_in_the_reply_and_raised_again_on_drop() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |params| {
        assert!(params.is_null(), "expected no params");
        Ok(json!({}))
    });
    let why = "the handler of flow package_7344545d87__c/deleteObject_99c656599f panicked: expected no params";
    let (code, message) = http::execute(emulator.address(), &minimal()).failure();
    assert_eq!(code, "emulator_handler_broken");
    assert_eq!(message, why);
    assert_eq!(emulator.executions()[0].status, "failed");
    // the emulator still answers
    assert_eq!(
        http::execute(emulator.address(), &minimal()).failure().1,
        why
    );
    assert_eq!(dropped(emulator), Some(format!("{why}; {why}")));
}

#[test]
fn a_panic_in_an_asynchronous_run_is_raised_on_drop() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| std::panic::panic_any(7));
    let reply = http::execute(emulator.address(), &http::with("is_async", true));
    assert_eq!(reply.data()["status"], "in_process");
    assert_eq!(
        dropped(emulator).unwrap(),
        "the handler of flow package_7344545d87__c/deleteObject_99c656599f panicked with a payload that is not a string"
    );
}

#[test]
fn a_panic_while_the_emulator_stops_is_not_lost() {
    http::on_quiet_port(|emulator| {
        let address = emulator.address();
        let (entered, has_entered) = mpsc::channel();
        emulator.on_raw(NAMESPACE, FLOW_ID, move |_| {
            entered.send(()).unwrap();
            while std::net::TcpStream::connect(address).is_ok() {
                // without a pause the listener's backlog would fill up, and a retry come after the stop has timed out
                std::thread::sleep(Duration::from_millis(1));
            }
            panic!("too late");
        });
        let token = http::token(address);
        let body = minimal().to_string();
        let caller =
            std::thread::spawn(move || http::execute_with(address, &token, http::EXECUTE, &body));
        has_entered.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(dropped(emulator).unwrap().ends_with("panicked: too late"));
        // whether its reply arrives is a race between the handler and the end of the connection
        let _ = caller.join();
    });
}

#[test]
fn a_test_that_is_panicking_is_left_alone() {
    let payload = catch_unwind(|| {
        let emulator = Emulator::start_blocking().unwrap();
        emulator.on_raw(NAMESPACE, FLOW_ID, |_| panic!("handler"));
        http::execute(emulator.address(), &minimal());
        panic!("test");
    })
    .unwrap_err();
    // a second panic would have aborted the process
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"test"));
}

#[test]
fn outputs_that_are_not_an_object_fail_the_test() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!([])));
    let why = "the handler of flow package_7344545d87__c/deleteObject_99c656599f returned an array; \
               outputs must be a JSON object of {api name: value}";
    assert_eq!(
        http::execute(emulator.address(), &minimal()).failure().1,
        why
    );
    assert_eq!(dropped(emulator).as_deref(), Some(why));
}

#[test]
fn dropping_is_quiet_if_nothing_was_wrong() {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    http::execute(emulator.address(), &minimal());
    assert_eq!(dropped(emulator), None);
}

#[test]
fn the_last_registered_handler_answers() {
    let emulator = Emulator::start_blocking().unwrap();
    for turn in [1, 2] {
        emulator.on_raw(NAMESPACE, FLOW_ID, move |_| Ok(json!({"turn": turn})));
        let outputs = http::execute(emulator.address(), &minimal()).outputs();
        assert_eq!(outputs[0], json!({"api_name": "turn", "value": turn}));
    }
}

#[test]
fn a_handler_may_call_the_emulator() {
    let emulator = Emulator::start_blocking().unwrap();
    let address = emulator.address();
    emulator.on_raw(NAMESPACE, FLOW_ID, move |params| {
        if params["depth"] == 1 {
            return Ok(json!({"depth": 1}));
        }
        let inner = http::execute(address, &http::with("params", "{\"depth\": 1}"));
        Ok(json!({"inner": inner.outputs()[0]["value"]}))
    });
    let outputs = http::execute(address, &minimal()).outputs();
    assert_eq!(outputs[0], json!({"api_name": "inner", "value": 1}));
}

#[test]
fn handlers_run_concurrently() {
    let emulator = Emulator::start_blocking().unwrap();
    let address = emulator.address();
    let (open, gate) = mpsc::channel();
    let gate = std::sync::Mutex::new(gate);
    emulator.on_raw("a", "waits", move |_| {
        gate.lock()
            .unwrap()
            .recv_timeout(Duration::from_secs(10))
            .unwrap();
        Ok(json!({}))
    });
    emulator.on_raw("a", "opens", move |_| {
        open.send(()).unwrap();
        Ok(json!({}))
    });
    let token = http::token(address);
    let call = |flow: &str| {
        let path = format!("/open-apis/apaas/v1/applications/a/flows/{flow}/execute");
        http::execute_with(address, &token, &path, &minimal().to_string()).data()["status"].clone()
    };
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| call("waits"));
        assert_eq!(call("opens"), "end");
        assert_eq!(waits.join().unwrap(), "end");
    });
}
