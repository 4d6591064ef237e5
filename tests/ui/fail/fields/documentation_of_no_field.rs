use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_x__c", flow_id = "flow_y")]
struct Price {
    #[input]
    order: i64,
    /// The note.
}

fn main() {}
