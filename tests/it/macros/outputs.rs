use apaas_flow::{ErrorKind, apaas_flow};
use serde_json::{Value, json};

use super::output;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[derive(Debug, PartialEq)]
struct Price {
    #[output("variable_total")]
    total: i64,
    #[output]
    note: Option<String>,
    #[output("variable_discount")]
    discount: Option<Option<i64>>,
    #[output("variable_tags", default)]
    tags: Vec<String>,
    #[output]
    r#type: Option<bool>,
}

#[test]
fn outputs_are_read_by_their_api_names() {
    let all = json!({ "variable_total": 5, "note": "n", "variable_discount": 1, "variable_tags": ["a"], "type": true });
    assert_eq!(
        output::<Price>(all).unwrap(),
        PriceOutput {
            total: 5,
            note: Some("n".into()),
            discount: Some(Some(1)),
            tags: vec!["a".into()],
            r#type: Some(true),
        }
    );
}

#[test]
fn missing_and_null_are_told_apart_where_the_type_can() {
    let missing = output::<Price>(json!({ "variable_total": 5 })).unwrap();
    assert_eq!(
        missing,
        PriceOutput {
            total: 5,
            note: None,
            discount: None,
            tags: vec![],
            r#type: None
        }
    );
    let null = json!({ "variable_total": 5, "note": null, "variable_discount": null, "variable_tags": null, "type": null });
    let null = output::<Price>(null).unwrap();
    assert_eq!(
        null,
        PriceOutput {
            discount: Some(None),
            ..missing
        }
    );
}

#[test]
fn one_error_lists_every_output_that_failed() {
    let error =
        output::<Price>(json!({ "note": 5, "variable_tags": {}, "type": true })).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.may_have_run());
    let text = error.to_string();
    for name in ["variable_total", "note", "variable_tags"] {
        assert!(text.contains(name), "{name} in {text}");
    }
    assert!(!text.contains("`type` expected"), "{text}");
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Strict {
    #[output]
    total: Value,
}

#[test]
fn a_type_that_does_not_accept_absence_must_be_there() {
    assert_eq!(
        output::<Strict>(json!({ "total": null })).unwrap().total,
        Value::Null
    );
    assert_eq!(
        output::<Strict>(json!({})).err().map(|error| error.kind()),
        Some(ErrorKind::Decode)
    );
}

mod hex {
    use serde::{Deserialize, Deserializer, de::Error};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        u64::from_str_radix(&String::deserialize(from)?, 16).map_err(Error::custom)
    }

    pub(super) mod optional {
        pub(crate) fn deserialize<'de, D: serde::Deserializer<'de>>(
            from: D,
        ) -> Result<Option<u64>, D::Error> {
            super::deserialize(from).map(Some)
        }
    }
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[derive(Debug, PartialEq)]
struct With {
    #[output("variable_colour", with = hex)]
    colour: u64,
    #[output(with = hex::optional, default)]
    border: Option<u64>,
}

#[test]
fn with_reads_the_value() {
    let both = output::<With>(json!({ "variable_colour": "ff", "border": "10" })).unwrap();
    assert_eq!(
        both,
        WithOutput {
            colour: 255,
            border: Some(16)
        }
    );
    for absent in [
        json!({ "variable_colour": "ff" }),
        json!({ "variable_colour": "ff", "border": null }),
    ] {
        assert_eq!(
            output::<With>(absent).unwrap(),
            WithOutput {
                colour: 255,
                border: None
            }
        );
    }
    assert!(output::<With>(json!({})).is_err());
    let error = output::<With>(json!({ "variable_colour": "xyz" }))
        .unwrap_err()
        .to_string();
    assert!(error.contains("variable_colour"), "{error}");
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[derive(Debug, Clone, PartialEq)]
struct Both {
    #[input("variable_order")]
    #[output("variable_next_order")]
    order: i64,
    #[input]
    #[output(default)]
    note: String,
}

#[test]
fn a_field_may_stand_on_both_sides() {
    let both = Both {
        order: 1,
        note: "n".into(),
    };
    assert_eq!(
        super::params(&both),
        json!({ "variable_order": 1, "note": "n" })
    );
    assert_eq!(
        output::<Both>(json!({ "variable_next_order": 2 })).unwrap(),
        BothOutput {
            order: 2,
            note: String::new()
        }
    );
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Conditional {
    #[cfg(test)]
    #[output]
    total: i64,
    #[cfg(not(test))]
    #[output]
    total: NoSuchType,
    #[cfg(any())]
    #[output]
    never: NoSuchType,
}

#[test]
fn a_field_and_its_line_have_the_same_conditions() {
    let ConditionalOutput { total } = output::<Conditional>(json!({ "total": 1 })).unwrap();
    assert_eq!(total, 1);
}
