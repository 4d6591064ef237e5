//! Code that keeps to its contract, looked up, by a constant and by name.

use apaas_flow::apaas_flow;
use apaas_flow::value::{Choice, RecordRef};

const SHOP: &str = "package_shop__c";

#[apaas_flow(namespace = SHOP, flow_id = "quote_0a1b2c3d4e")]
struct Price<'a> {
    #[input("variable_order")]
    order: RecordRef,
    #[input("variable_coupon")]
    coupon: Option<&'a str>,
    #[input("variable_due")]
    due: Option<i64>,
    #[output("variable_total")]
    total: String,
    #[output("variable_note", default)]
    note: String,
}

#[apaas_flow(
    namespace = "package_shop__c",
    flow_id = "another",
    contract = "flows/package_shop__c/quote_0a1b2c3d4e.json"
)]
struct Named {
    #[input("variable_order")]
    order: RecordRef,
    #[output("variable_note")]
    note: Option<String>,
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "tags_5f6a7b8c9d")]
struct Tag {
    #[input("variable_tags")]
    tags: Vec<Choice>,
    #[input("variable_state")]
    state: Choice,
    #[output("variable_tags", default)]
    given: Vec<String>,
}

fn main() {}
