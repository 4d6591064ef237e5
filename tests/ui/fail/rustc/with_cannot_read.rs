use apaas_flow::apaas_flow;

mod dates {
    pub fn serialize<S: serde::Serializer>(due: &i64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(due)
    }
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", emulate)]
struct Price {
    #[input("variable_due", with = dates)]
    due: i64,
}

fn main() {}
