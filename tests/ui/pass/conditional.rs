//! A struct's condition is that of everything generated from it, and the attribute may be conditional itself.
#![deny(warnings)]

use apaas_flow::apaas_flow;

const SHOP: &str = "package_shop__c";

#[apaas_flow(namespace = SHOP, flow_id = "price_0a1b2c3d4e", emulate)]
#[cfg(any())]
struct Gone {
    #[input]
    order: NoSuchType,
    #[output]
    total: NoSuchType,
}

#[cfg(all())]
#[apaas_flow(namespace = SHOP, flow_id = "price_0a1b2c3d4e")]
struct Here;

#[cfg_attr(all(), apaas_flow(namespace = SHOP, flow_id = "price_0a1b2c3d4e"))]
#[cfg_attr(all(), derive(Clone))]
struct Attributed {
    #[input]
    #[cfg_attr(all(), allow(dead_code))]
    order: i64,
}

fn main() {
    let _ = (Here, Attributed { order: 1 }.clone().order);
}
