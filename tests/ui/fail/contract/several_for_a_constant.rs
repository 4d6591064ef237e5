use apaas_flow::apaas_flow;

const SHOP: &str = "package_shop__c";

#[apaas_flow(namespace = SHOP, flow_id = "in_two_4e5f6a7b8c")]
struct Price {
    #[input]
    order: i64,
}

fn main() {}
