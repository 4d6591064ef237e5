#![no_implicit_prelude]
#![deny(warnings)]

extern crate apaas_flow as flows;

const NAMESPACE: &str = "package_shop__c";

#[flows::apaas_flow(namespace = NAMESPACE, flow_id = "price_0a1b2c3d4e", crate = ::flows, emulate)]
#[derive(Clone)]
struct Price {
    #[input]
    order: ::std::option::Option<i64>,
    #[output]
    total: ::std::option::Option<::std::option::Option<::std::string::String>>,
}

fn main() {
    let price = Price { order: ::std::option::Option::Some(4711) };
    let operator = flows::Operator::id(1);
    let body = ::std::result::Result::unwrap(flows::wire::request(&price, &operator));
    ::std::assert!(!body.is_empty());
}
