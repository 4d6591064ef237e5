use apaas_flow::apaas_flow;
use apaas_flow::value::RecordRef;

#[apaas_flow(namespace = "package_shop__c", flow_id = "quote_0a1b2c3d4e")]
struct Price {
    #[input("variable_order")]
    order: RecordRef,

    #[output]
    variable_cuont: i64,
}

fn main() {}
