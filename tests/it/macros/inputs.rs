use apaas_flow::apaas_flow;
use serde_json::json;

use super::params;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[derive(Clone, Default)]
struct Price {
    #[input("variable_order")]
    order: i64,
    #[input]
    customer: String,
    #[input("variable_note")]
    note: Option<String>,
    #[input("variable_coupon")]
    coupon: Option<Option<i64>>,
    #[input]
    r#type: bool,
}

#[test]
fn inputs_are_sent_under_their_api_names() {
    let price = Price {
        order: 4711,
        customer: "c".into(),
        note: Some("n".into()),
        coupon: Some(Some(5)),
        r#type: true,
    };
    assert_eq!(
        params(&price),
        json!({ "variable_order": 4711, "customer": "c", "variable_note": "n", "variable_coupon": 5, "type": true })
    );
}

#[test]
fn none_is_left_out_and_some_none_is_null() {
    let price = Price {
        coupon: Some(None),
        ..Price::default()
    };
    assert_eq!(
        params(&price),
        json!({ "variable_order": 0, "customer": "", "variable_coupon": null, "type": false })
    );
    let price = Price {
        coupon: None,
        ..price
    };
    assert_eq!(
        params(&price),
        json!({ "variable_order": 0, "customer": "", "type": false })
    );
}

type Maybe = Option<i64>;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Alias {
    #[input]
    order: Maybe,
    #[input]
    boxed: Box<Option<i64>>,
}

#[test]
fn none_is_seen_by_value_and_not_by_the_word_option() {
    assert_eq!(
        params(&Alias {
            order: None,
            boxed: Box::new(None)
        }),
        json!({})
    );
    assert_eq!(
        params(&Alias {
            order: Some(1),
            boxed: Box::new(Some(2))
        }),
        json!({ "order": 1, "boxed": 2 })
    );
}

mod hex {
    use serde::Serializer;

    pub(super) fn serialize<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{number:x}"))
    }

    pub(super) mod optional {
        pub(crate) fn serialize<S: serde::Serializer>(
            number: &Option<u64>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match number {
                Some(number) => super::serialize(number, to),
                None => to.serialize_none(),
            }
        }
    }
}

struct Doubled;

impl Doubled {
    fn serialize<S: serde::Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(number * 2)
    }
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct With {
    #[input("variable_colour", with = hex)]
    colour: u64,
    #[input(with = hex::optional)]
    border: Option<u64>,
    #[input(with = Doubled)]
    size: u64,
}

#[test]
fn with_writes_the_value_and_none_is_still_left_out() {
    assert_eq!(
        params(&With {
            colour: 255,
            border: Some(16),
            size: 2
        }),
        json!({ "variable_colour": "ff", "border": "10", "size": 4 })
    );
    assert_eq!(
        params(&With {
            colour: 255,
            border: None,
            size: 2
        }),
        json!({ "variable_colour": "ff", "size": 4 })
    );
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Conditional {
    #[input("variable_order")]
    #[cfg(test)]
    order: i64,
    #[input("variable_order")]
    #[cfg(not(test))]
    order: NoSuchType,
    #[cfg(any())]
    #[input]
    never: NoSuchType,
}

#[test]
fn a_field_and_its_line_have_the_same_conditions() {
    assert_eq!(
        params(&Conditional { order: 1 }),
        json!({ "variable_order": 1 })
    );
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "ping_0a1b2c3d4e")]
#[derive(Clone, Copy)]
struct Ping;

#[apaas_flow(namespace = "package_shop__c", flow_id = "ping_0a1b2c3d4e")]
struct Empty {}

#[test]
fn a_flow_may_have_no_inputs() {
    assert_eq!(params(&Ping), json!({}));
    assert_eq!(params(&Empty {}), json!({}));
}
