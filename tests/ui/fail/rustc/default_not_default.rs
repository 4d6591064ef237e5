use apaas_flow::apaas_flow;

#[derive(serde::Deserialize)]
struct Money;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price {
    #[output("variable_total", default)]
    total: Money,
}

fn main() {}
