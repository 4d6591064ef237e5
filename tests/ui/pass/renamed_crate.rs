//! The crate is found where `crate = ` says, under a name and in a module of the user's choice.
#![deny(warnings)]

mod vendor {
    pub use apaas_flow as flows;
}

/// Stands in the way of `::apaas_flow`-less paths.
mod apaas_flow {}

mod prices {
    use crate::vendor::flows::apaas_flow;

    #[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", crate = crate::vendor::flows, emulate)]
    pub(crate) struct Price {
        #[input]
        pub(crate) order: i64,
        #[output]
        pub(crate) total: i64,
    }

    use super::vendor::flows as here;

    #[apaas_flow(crate = here, namespace = "package_shop__c", flow_id = "discount_5f6a7b8c9d")]
    pub(crate) struct Discount;
}

fn main() {
    use vendor::flows::{Client, Execute, wire};
    let _: fn(&prices::Price, &Client) -> Execute<prices::PriceOutput> = prices::Price::execute;
    assert!(wire::path::<prices::Discount>().ends_with("/discount_5f6a7b8c9d/execute"));
    let _ = |price: prices::PriceOutput| (price.total, prices::Price { order: 1 }.order);
    let _ = prices::Discount;
}
