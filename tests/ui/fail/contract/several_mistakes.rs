use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "quote_0a1b2c3d4e")]
struct Price {
    #[input("variable_cupon")]
    coupon: String,

    #[input("variable due")]
    due: i64,

    #[output("variable_total")]
    total: bool,

    count: i64,
}

fn main() {}
