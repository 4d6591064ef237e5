use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price {
    #[output("variable_total")]
    total: i64,
}

struct PriceOutput;

fn main() {}
