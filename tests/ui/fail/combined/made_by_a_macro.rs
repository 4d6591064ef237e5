use apaas_flow::apaas_flow;

macro_rules! flow {
    ($name:ident, $flow_id:literal, $field:ident: $type:ty = $api_name:literal) => {
        #[apaas_flow(namespace = "package_shop__c", flow_id = $flow_id)]
        struct $name {
            #[input]
            order: i64,

            #[output($api_name, default)]
            $field: $type,
        }
    };
}

flow!(Price, "price 0a1b2c3d4e", total: &'static str = "variable total");

fn main() {}
