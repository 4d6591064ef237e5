use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price {
    #[input("variable_order", -5)]
    order: i64,
}

fn main() {}
