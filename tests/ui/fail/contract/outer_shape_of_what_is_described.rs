use apaas_flow::apaas_flow;

#[derive(serde::Deserialize)]
struct Line {
    sku: String,
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "lines_6a7b8c9d0e")]
struct Lines {
    #[output("variable_lines")]
    lines: String,

    #[output("variable_buyer")]
    buyer: Vec<Line>,

    // what is inside is left to serde
    #[output("variable_prices")]
    prices: Vec<i64>,
}

fn main() {}
