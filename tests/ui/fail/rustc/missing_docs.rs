#![deny(missing_docs)]
//! What the user left undocumented is the user's; what is generated has its docs.

use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
pub struct Price {
    #[input("variable_order")]
    pub order: i64,

    #[output("variable_total")]
    pub total: i64,
}

fn main() {}
