use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "quote_0a1b2c3d4e")]
struct Price {
    #[input("variable_order")]
    order: i64,

    #[input("variable_due")]
    due: Option<&'static str>,
}

fn main() {}
