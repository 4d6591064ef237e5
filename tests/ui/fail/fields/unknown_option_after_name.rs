use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price {
    #[input("variable_order", rename = "variable_order_id")]
    order: i64,

    #[output("variable_total", skip)]
    total: i64,
}

fn main() {}
