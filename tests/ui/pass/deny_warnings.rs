//! Nothing that is generated warns: not in a library's public face, not where a method is never called.
#![deny(warnings, missing_docs, rust_2018_idioms, unreachable_pub, unused_qualifications)]
#![forbid(unsafe_code)]

use apaas_flow::{Client, apaas_flow};

pub mod public {
    //! Documented.

    use apaas_flow::apaas_flow;

    /// What an order costs.
    #[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", emulate)]
    #[derive(Debug, Clone, Copy, PartialEq)]
    #[must_use]
    #[non_exhaustive]
    pub struct Price {
        /// The order's number.
        #[input("variable_order")]
        pub order: i64,
        /// The sum.
        #[output("variable_total")]
        pub total: i64,
        /// Never there.
        #[cfg(any())]
        #[output("variable_void")]
        pub void: Void,
    }
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "discount_5f6a7b8c9d", emulate)]
struct Discount<'a> {
    #[cfg(any())]
    #[input]
    void: Void,
    #[input("variable_reason")]
    reason: std::borrow::Cow<'a, str>,
    #[cfg(any())]
    #[output]
    nothing: Void,
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "nothing_5f6a7b8c9d", emulate)]
struct Nothing {
    #[cfg(any())]
    #[input]
    void: Void,
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "old_5f6a7b8c9d")]
#[deprecated]
#[expect(non_camel_case_types)]
struct old {
    #[deprecated]
    #[input]
    order: i64,
    #[deprecated]
    #[output]
    total: i64,
}

fn call(client: &Client) {
    let call = Discount { reason: "loyal".into() }.execute(client);
    drop(call);
    drop(Nothing {}.start(client));
}

fn main() {
    let _ = call;
}
