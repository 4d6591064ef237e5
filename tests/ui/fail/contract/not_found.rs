use apaas_flow::apaas_flow;

#[apaas_flow(
    namespace = "package_shop__c",
    flow_id = "quote_0a1b2c3d4e",
    contract = "flows/package_shop__c/quota_0a1b2c3d4e.json"
)]
struct Price {
    #[output("variable_total")]
    total: String,
}

fn main() {}
