#![deny(warnings)]

use apaas_flow::{Operator, apaas_flow, wire};

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", emulate)]
#[derive(Debug, PartialEq)]
#[allow(non_camel_case_types)]
struct r#match {
    #[input]
    r#type: i64,
    #[input("variable_fn")]
    r#fn: i64,
    #[output]
    r#async: i64,
}

fn main() {
    let body = wire::request(&r#match { r#type: 1, r#fn: 2 }, &Operator::id(1)).unwrap();
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains(r#""type":1"#) || body.contains(r#"\"type\":1"#), "{body}");
    assert!(!body.contains("r#"), "{body}");
    let _ = |output: matchOutput| output.r#async;
}
