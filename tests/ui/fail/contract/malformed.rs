use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "unknown_types_3d4e5f6a7b")]
struct Price {
    #[output("variable_total")]
    total: String,
}

fn main() {}
