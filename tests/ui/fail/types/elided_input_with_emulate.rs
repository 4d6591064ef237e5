use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", emulate)]
struct Price {
    #[input("variable_order")]
    order: &str,

    #[input("variable_coupons")]
    coupons: Vec<&'a str>,
}

fn main() {}
