use apaas_flow::apaas_flow;

const STORE: &str = "package_store__c";

#[apaas_flow(namespace = STORE, flow_id = "recorded_1b2c3d4e5f")]
struct Price {
    #[output("variable_total")]
    total: String,
}

fn main() {}
