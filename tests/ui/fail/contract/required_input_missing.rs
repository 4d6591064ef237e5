use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "quote_0a1b2c3d4e")]
struct Price {
    #[input("variable_coupon")]
    coupon: String,
}

fn main() {}
