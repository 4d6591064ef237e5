use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "recorded_1b2c3d4e5f")]
struct Price {
    #[output("varaible_total")]
    total: String,

    // not in the file, which does not claim to have all
    #[output("variable_totals")]
    totals: Vec<String>,
}

fn main() {}
