use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price {
    #[input("order_id")]
    order: i64,

    #[input]
    order_id: i64,
}

fn main() {}
