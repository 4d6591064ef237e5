use apaas_flow::apaas_flow;
use apaas_flow::value::RecordRef;

#[derive(serde::Serialize)]
struct Date(i64);

#[apaas_flow(namespace = "package_shop__c", flow_id = "quote_0a1b2c3d4e")]
struct Price {
    #[input("variable_order")]
    order: RecordRef,

    #[input("variable_due")]
    due: Option<Date>,
}

fn main() {}
