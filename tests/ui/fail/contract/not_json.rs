use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "not_json_2c3d4e5f6a")]
struct Price {
    #[output("variable_total")]
    total: String,
}

fn main() {}
