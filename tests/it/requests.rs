//! The request, byte for byte as documented.

use apaas_flow::{ErrorKind, Operator, apaas_flow, value::RecordRef, wire};

use crate::flows::{Bill, DeleteObject, bill, delete};

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap()
}

#[test]
fn params_and_operator_are_json_strings_and_unset_fields_are_omitted() {
    let operator = Operator::id(1111).with_email("apaas@bytedance.com");
    assert_eq!(
        text(wire::request(&delete(), &operator).unwrap()),
        r#"{"operator":"{\"_id\":1111,\"email\":\"apaas@bytedance.com\"}","params":"{\"variable_rgrtgqworiginal\":{\"_id\":5454545}}"}"#
    );
}

#[test]
fn the_request_matches_the_documents_example() {
    // the document's body; only the white space differs
    let document = r#"{
        "operator": "{\"_id\": 1111, \"email\": \"apaas@bytedance.com\"}",
        "params": "{\"variable_rgrtgqworiginal\": {\"_id\": 5454545}}",
        "is_async": true
    }"#;
    let ours = wire::Request::new(
        &delete(),
        &Operator::id(1111).with_email("apaas@bytedance.com"),
    )
    .unwrap()
    .asynchronous()
    .to_vec();

    let unpacked = |text: &[u8]| {
        let mut body: serde_json::Value = serde_json::from_slice(text).unwrap();
        for key in ["operator", "params"] {
            body[key] = serde_json::from_str(body[key].as_str().unwrap()).unwrap();
        }
        body
    };
    assert_eq!(unpacked(&ours), unpacked(document.as_bytes()));
}

#[test]
fn every_option_is_sent() {
    let body = wire::Request::new(&bill(), &Operator::email("a\"b@example.com"))
        .unwrap()
        .idempotency_key("k")
        .loop_masks(["\\", "x"])
        .asynchronous()
        .to_vec();
    assert_eq!(
        text(body),
        r#"{"operator":"{\"email\":\"a\\\"b@example.com\"}","params":"{\"variable_order\":\"4711\"}","is_async":true,"idempotent_key":"k","loop_masks":["\\","x"]}"#
    );
}

#[test]
fn empty_loop_masks_are_omitted() {
    let body = wire::Request::new(&bill(), &Operator::id(1))
        .unwrap()
        .loop_masks([""; 0])
        .to_vec();
    assert!(!text(body).contains("loop_masks"));
}

#[test]
fn a_flow_without_inputs_sends_no_params() {
    #[apaas_flow(namespace = "package_shop__c", flow_id = "nightly")]
    struct Nightly {}

    #[apaas_flow(namespace = "package_shop__c", flow_id = "maybe")]
    struct Maybe {
        #[input]
        note: Option<String>,
    }

    let operator = Operator::id(1);
    assert_eq!(
        text(wire::request(&Nightly {}, &operator).unwrap()),
        r#"{"operator":"{\"_id\":1}"}"#
    );
    assert_eq!(
        text(wire::request(&Maybe { note: None }, &operator).unwrap()),
        r#"{"operator":"{\"_id\":1}"}"#
    );
}

#[test]
fn ids_of_sixteen_digits_stay_exact() {
    let body = text(
        wire::request(
            &DeleteObject {
                record: RecordRef::new(i64::MAX),
            },
            &Operator::id(1_767_211_281_913_907),
        )
        .unwrap(),
    );
    assert!(body.contains("9223372036854775807"), "{body}");
    assert!(body.contains("1767211281913907"), "{body}");
}

#[test]
fn the_path_matches_the_document() {
    assert_eq!(
        wire::path::<DeleteObject>(),
        "/open-apis/apaas/v1/applications/package_7344545d87__c/flows/deleteObject_99c656599f/execute"
    );
    assert!(wire::path::<Bill>().contains("package_shop__c"));
}

#[test]
fn a_non_finite_input_is_refused_before_sending() {
    #[apaas_flow(namespace = "package_shop__c", flow_id = "weigh")]
    struct Weigh {
        #[input("variable_weight")]
        weight: f64,
    }

    let error = wire::request(&Weigh { weight: f64::NAN }, &Operator::id(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Encode);
    assert!(!error.may_have_run());
    assert_eq!(
        error.to_string(),
        "input `variable_weight` is a number that is not finite, which JSON does not have"
    );
}
