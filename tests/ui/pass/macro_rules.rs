//! Every part of a flow may come through a macro, in whatever kind of fragment.
#![deny(warnings)]

use apaas_flow::apaas_flow;

macro_rules! flow {
    (
        $(#[$attribute:meta])*
        $visibility:vis $name:ident<$lifetime:lifetime> of $namespace:expr, $id:literal {
            $($(#[$input_attribute:meta])* $input:ident = $input_name:literal: $input_ty:ty,)*
            =>
            $($output:ident = $output_name:literal: $output_ty:ty,)*
        }
    ) => {
        $(#[$attribute])*
        #[apaas_flow(namespace = $namespace, flow_id = $id, emulate)]
        #[derive(Debug, Clone)]
        $visibility struct $name<$lifetime> {
            $(
                $(#[$input_attribute])*
                #[input($input_name)]
                pub $input: $input_ty,
            )*
            #[input]
            own: std::borrow::Cow<$lifetime, str>,
            $(
                #[output($output_name)]
                pub $output: $output_ty,
            )*
            #[output]
            total: Option<Option<i64>>,
        }
    };
}

const SHOP: &str = "package_shop__c";

flow! {
    /// What an order costs.
    pub(crate) Price<'a> of SHOP, "price_0a1b2c3d4e" {
        #[cfg(all())]
        order = "variable_order": Option<i64>,
        to = "variable_to": (),
        =>
        net = "variable_net": Option<Option<String>>,
        from = "variable_from": Vec<i64>,
    }
}

macro_rules! with_output {
    ($name:ident, $output:ty, $module:path, $($mark:meta),*) => {
        #[apaas_flow(namespace = "package_shop__c", flow_id = "discount_5f6a7b8c9d", output = $output)]
        struct $name {
            #[input("variable_due", with = $module)]
            due: i64,
            $(#[$mark] order: i64,)*
        }
    };
}

mod dates {
    pub fn serialize<S: serde::Serializer>(due: &i64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{due}"))
    }
}

with_output!(Discount, (), crate::dates, input);
with_output!(Rebate, std::collections::HashMap<String, i64>, dates, input("variable_order"));

fn main() {
    let price = Price { order: None, to: (), own: "own".into() };
    let body = apaas_flow::wire::request(&price, &apaas_flow::Operator::id(1)).unwrap();
    assert!(String::from_utf8(body).unwrap().contains("own"));
    for _ in [0; 0] {
        let _ = apaas_flow::wire::reply::<Price<'_>>(200, b"").unwrap().output.net.flatten();
        let () = apaas_flow::wire::reply::<Discount>(200, b"").unwrap().output;
        let _ = apaas_flow::wire::reply::<Rebate>(200, b"").unwrap().output.len();
    }
    let _ = (Discount { due: 1, order: 2 }, Rebate { due: 1, order: 2 });
}
