//! The module's own names are as good as the prelude's.
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

use apaas_flow::apaas_flow;

struct Result;
struct Option;
struct String;
struct Vec;
struct Ok;
struct Err;
struct Some;
struct None;
struct Default;
struct Params;
struct Outputs;
struct Client;
struct Execute;
struct Flow;
struct Self_;
struct str;
struct to;
struct from;
struct value;
struct output;
struct field_0;
struct this;
trait Emulated {}
mod core {}
mod std {}
mod serde {}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", emulate)]
#[derive(Debug, Clone)]
struct Price {
    #[input]
    to: i64,
    #[input]
    from: i64,
    #[input]
    value: i64,
    #[output]
    field_0: i64,
    #[output]
    field_1: i64,
    #[output(default)]
    output: i64,
    #[output]
    client: i64,
}

fn main() {
    let body = apaas_flow::wire::request(&Price { to: 1, from: 2, value: 3 }, &apaas_flow::Operator::id(1)).unwrap();
    assert!(!body.is_empty());
}
