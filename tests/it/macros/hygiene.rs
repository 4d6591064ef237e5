use apaas_flow::apaas_flow;
use serde_json::json;

use super::{client, output, params};

macro_rules! flow {
    ($name:ident { $($input:ident: $input_ty:ty = $input_name:literal),* } -> { $($output:ident: $output_ty:ty),* }) => {
        #[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
        #[derive(Debug, PartialEq)]
        struct $name {
            $(#[input($input_name)] $input: $input_ty,)*
            $(#[output] $output: $output_ty,)*
            #[output]
            fixed: i64,
        }
    };
}

flow!(Price { to: Option<i64> = "variable_to", client: String = "variable_client" } -> { from: Option<Option<i64>>, field_0: i64 });

#[test]
fn every_part_may_come_through_a_macro() {
    assert_eq!(
        params(&Price {
            to: None,
            client: "c".into()
        }),
        json!({ "variable_client": "c" })
    );
    assert_eq!(
        output::<Price>(json!({ "from": null, "field_0": 1, "fixed": 2 })).unwrap(),
        PriceOutput {
            from: Some(None),
            field_0: 1,
            fixed: 2
        }
    );
}

mod inner {
    use apaas_flow::apaas_flow;

    /// Seen by the parent: both types and all methods are as visible as the struct says.
    #[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
    #[derive(Default, Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub(super) struct Visible {
        #[input]
        pub(super) order: i64,
        #[input]
        hidden: i64,
        #[output]
        pub(in crate::macros) total: i64,
    }
}

#[test]
fn visibility_and_derives_apply_to_both_types() {
    let mut visible = inner::Visible::default();
    visible.order = 1;
    assert_eq!(params(&visible), json!({ "order": 1, "hidden": 0 }));
    let total: inner::VisibleOutput = output::<inner::Visible>(json!({ "total": 1 })).unwrap();
    assert_eq!(total, total.clone());
    assert_eq!(total.total, 1);
    let client = client();
    drop(visible.execute(&client));
}

#[test]
fn a_flow_may_live_in_a_function() {
    #[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
    struct Local<'a> {
        #[input]
        order: &'a i64,
        #[output]
        total: i64,
    }
    assert_eq!(params(&Local { order: &1 }), json!({ "order": 1 }));
    let LocalOutput { total } = output::<Local<'_>>(json!({ "total": 2 })).unwrap();
    assert_eq!(total, 2);
}

#[test]
fn a_call_owns_all_it_needs() {
    #[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
    struct Borrowing<'a> {
        #[input]
        order: &'a str,
        #[output]
        total: i64,
    }

    fn is_free<T: Send + 'static>(_: &T) {}
    let client = client();
    let order = String::from("4711");
    let (execute, start) = {
        let flow = Borrowing { order: &order };
        (flow.execute(&client), flow.start(&client))
    };
    drop(order);
    is_free(&execute);
    is_free(&start);
    let _ = |output: BorrowingOutput| output.total;
}
