use std::borrow::Cow;
use std::collections::BTreeMap;

use apaas_flow::{apaas_flow, emulated};
use serde_json::json;

use super::{output, params};

mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(number: &Option<u64>, to: S) -> Result<S::Ok, S::Error> {
        match number {
            Some(number) => to.collect_str(&format_args!("{number:x}")),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
        u64::from_str_radix(&String::deserialize(from)?, 16)
            .map(Some)
            .map_err(Error::custom)
    }
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", emulate)]
#[derive(Debug, Clone, PartialEq)]
struct Price<'a, T: serde::Serialize + serde::de::DeserializeOwned> {
    #[input("variable_order")]
    order: Cow<'a, str>,
    #[input("variable_note")]
    note: Option<String>,
    #[input("variable_coupon")]
    coupon: Option<Option<i64>>,
    #[input("variable_colour", with = hex)]
    colour: Option<u64>,
    #[input("variable_item")]
    #[output("variable_next")]
    item: T,
    #[output]
    discount: Option<Option<i64>>,
    #[output(default)]
    tags: Vec<String>,
    #[output("variable_shade", with = hex, default)]
    shade: Option<u64>,
}

#[test]
fn inputs_are_read_as_they_were_written() {
    let full = Price {
        order: "4711".into(),
        note: Some("n".into()),
        coupon: Some(Some(1)),
        colour: Some(255),
        item: vec![1],
    };
    let sparse = Price {
        note: None,
        coupon: None,
        colour: None,
        ..full.clone()
    };
    let null = Price {
        coupon: Some(None),
        ..sparse.clone()
    };
    for price in [full, sparse, null] {
        let read: Price<'_, Vec<i64>> = emulated::read_params(&params(&price).to_string()).unwrap();
        assert_eq!(read, price);
    }
}

#[test]
fn outputs_are_written_as_they_are_read() {
    let full = PriceOutput {
        item: vec![1],
        discount: Some(Some(2)),
        tags: vec!["t".into()],
        shade: Some(255),
    };
    let sparse = PriceOutput {
        discount: None,
        tags: vec![],
        shade: None,
        ..full.clone()
    };
    let null = PriceOutput {
        discount: Some(None),
        ..sparse.clone()
    };
    for price in [full, sparse, null] {
        let written = emulated::write_outputs::<Price<'_, Vec<i64>>>(&price).unwrap();
        let read = output::<Price<'_, Vec<i64>>>(serde_json::from_str(&written).unwrap()).unwrap();
        assert_eq!(read, price);
    }
}

#[test]
fn one_error_lists_every_input_that_failed() {
    let error = emulated::read_params::<Price<'_, i64>>(r#"{"variable_note": 5}"#)
        .unwrap_err()
        .to_string();
    for name in ["variable_order", "variable_note", "variable_item"] {
        assert!(error.contains(name), "{name} in {error}");
    }
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "map_0a1b2c3d4e", emulate, output = BTreeMap<String, i64>)]
struct Mapped;

#[apaas_flow(namespace = "package_shop__c", flow_id = "ping_0a1b2c3d4e", emulate)]
struct Ping {}

#[test]
fn an_output_of_ones_own_is_written_as_an_object() {
    let written =
        emulated::write_outputs::<Mapped>(&BTreeMap::from([("a".to_owned(), 1)])).unwrap();
    assert_eq!(written, r#"{"a":1}"#);
    let Mapped = emulated::read_params("{}").unwrap();
    assert_eq!(emulated::write_outputs::<Ping>(&()).unwrap(), "{}");
    let Ping {} = emulated::read_params("{}").unwrap();
}

#[test]
fn params_and_output_agree_with_the_wire() {
    let price = Price {
        order: "o".into(),
        note: None,
        coupon: Some(None),
        colour: Some(10),
        item: 1,
    };
    assert_eq!(
        params(&price),
        json!({ "variable_order": "o", "variable_coupon": null, "variable_colour": "a", "variable_item": 1 })
    );
}
