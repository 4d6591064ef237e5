use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price<'a> {
    #[input("variable_order")]
    order: &'a str,

    #[input("variable_note")]
    #[output("variable_note")]
    note: &str,
}

fn main() {}
