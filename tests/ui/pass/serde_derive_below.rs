//! Derives below the attribute apply to both types, and serde's attributes then belong to them.
#![deny(warnings)]

use apaas_flow::apaas_flow;
use serde::{Deserialize, Serialize};

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[cfg_attr(all(), derive(Debug, Serialize, Deserialize))]
#[serde(rename_all = "camelCase")]
struct Price {
    #[input("variable_order")]
    #[serde(rename = "number")]
    order: i64,
    #[output("variable_total")]
    #[serde(default)]
    grand_total: i64,
}

fn deserialize<T: for<'de> Deserialize<'de>>() {}
fn serialize<T: Serialize>() {}

fn main() {
    deserialize::<Price>();
    serialize::<PriceOutput>();
    let body = apaas_flow::wire::request(&Price { order: 1 }, &apaas_flow::Operator::id(1)).unwrap();
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("variable_order") && !body.contains("number"), "{body}");
    let _ = |output: PriceOutput| output.grand_total;
}
