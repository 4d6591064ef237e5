use apaas_flow::apaas_flow;

macro_rules! flow {
    ($name:ident) => {
        #[apaas_flow(namespace = "package_shop__c", flow = "price_0a1b2c3d4e")]
        struct $name {
            #[input]
            order: i64,

            total: String,
        }
    };
}

flow!(Price);

fn main() {}
