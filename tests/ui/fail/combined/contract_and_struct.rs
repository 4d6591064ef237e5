use apaas_flow::apaas_flow;
use apaas_flow::value::RecordRef;

#[apaas_flow(namespace = "package_shop__c", flow_id = "quote_0a1b2c3d4e", emulated)]
struct Quote<'a, T> {
    #[input("variable_order", default)]
    order: RecordRef,

    #[input("variable_coupon")]
    coupon: Vec<&'a str>,

    #[output("variable_totl")]
    total: T,

    #[output("variable_count")]
    #[serde(default)]
    count: String,
}

fn main() {
    let _ = |quote: Quote<'_, String>, client: apaas_flow::Client| quote.execute(&client);
}
