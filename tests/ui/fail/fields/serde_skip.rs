use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price {
    #[input]
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<i64>,
}

fn main() {}
