//! What a crate forbids, nothing that is generated may allow.
#![forbid(dead_code, deprecated, unused, warnings)]

use apaas_flow::{Client, apaas_flow};

/// Never started.
#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", emulate)]
struct Price<'a> {
    #[input("variable_order")]
    order: std::borrow::Cow<'a, str>,
    #[output("variable_total")]
    total: i64,
}

/// Never run.
#[apaas_flow(namespace = "package_shop__c", flow_id = "nothing_5f6a7b8c9d", emulate)]
struct Nothing {
    #[cfg(any())]
    #[input]
    void: Void,
    #[cfg(any())]
    #[output]
    nothing: Void,
}

pub mod old {
    use apaas_flow::apaas_flow;

    const NAMESPACE: &str = "package_shop__c";

    #[apaas_flow(namespace = NAMESPACE, flow_id = "old_5f6a7b8c9d", emulate)]
    #[derive(Debug, Clone)]
    #[deprecated(note = "ask for the price")]
    pub struct Old<T: serde::Serialize + serde::de::DeserializeOwned> {
        #[input]
        pub order: T,
        #[output]
        pub total: i64,
    }

    /// Some of it only.
    #[apaas_flow(namespace = NAMESPACE, flow_id = "older_5f6a7b8c9d", emulate)]
    pub struct Older {
        #[deprecated]
        #[input]
        #[output]
        pub order: i64,
        #[deprecated]
        #[output]
        pub total: i64,
    }

    macro_rules! flow {
        ($name:ident, $ty:ty) => {
            #[apaas_flow(namespace = NAMESPACE, flow_id = "oldest_5f6a7b8c9d", crate = ::apaas_flow)]
            #[deprecated]
            pub struct $name {
                #[input]
                pub order: $ty,
                #[output]
                pub total: $crate::old::Total,
            }
        };
    }

    pub type Total = i64;
    flow!(Oldest, Vec<i64>);
}

fn call(client: &Client) {
    let price = Price { order: "47".into() };
    drop(price.execute(client));
    drop(Nothing {}.start(client));
}

fn main() {
    let _ = (call, |output: PriceOutput| output.total);
}
