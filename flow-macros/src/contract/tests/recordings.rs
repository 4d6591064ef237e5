//! A recording is a few replies' worth of a flow. Whatever was in them, code that is right must compile.

use std::collections::BTreeMap;

use apaas_flow_contract::suggest;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use serde_json::{Map, Value, json};

use super::Repository;

/// What an output really is.
#[derive(Clone, Copy, Debug)]
enum Truth {
    Text,
    Count,
    Amount,
    Flag,
    List,
    Object,
    /// One of several shapes: the field's type reads itself.
    Anything,
}

/// An output of a flow as its author knows it.
#[derive(Clone, Debug)]
struct Output {
    name: String,
    truth: Truth,
    may_be_null: bool,
}

impl Output {
    /// The types that can hold whatever it may be.
    fn right_types(&self) -> Vec<String> {
        let types: &[&str] = match self.truth {
            Truth::Text => &[
                "String",
                "Cow<'static, str>",
                "Box<str>",
                "Own",
                "value::Date",
                "Region",
            ],
            Truth::Count => &["i64", "u32", "f64", "RecordRef", "Own<i64>", "DateTime"],
            Truth::Amount => &["f64", "Own", "serde_json::Number"],
            Truth::Flag => &["bool", "Own"],
            Truth::List => &[
                "Vec<i64>",
                "[Own; 3]",
                "(i64, i64)",
                "HashSet<String>",
                "value::Multilingual",
                "Own",
            ],
            Truth::Object => &["HashMap<String, Own>", "Own", "Phone", "value::Lookup"],
            Truth::Anything => &["serde_json::Value", "Own", "my::String2"],
        };
        let right = types.iter().map(|ty| {
            if self.may_be_null {
                format!("Option<{ty}>")
            } else {
                (*ty).to_owned()
            }
        });
        right.collect()
    }

    fn value(&self, dice: u8) -> Value {
        if self.may_be_null && dice % 3 == 0 {
            return Value::Null;
        }
        match self.truth {
            Truth::Text => json!("some text"),
            Truth::Amount if dice % 2 == 0 => json!(1.5),
            Truth::Count | Truth::Amount => json!(5),
            Truth::Flag => json!(true),
            Truth::List => json!([1, 2]),
            Truth::Object => json!({"a": 1}),
            Truth::Anything => [
                json!(1),
                json!("1"),
                json!([1]),
                json!({"a": 1}),
                json!(0.5),
            ][usize::from(dice) % 5]
                .clone(),
        }
    }
}

fn shape(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    })
}

fn outputs() -> impl Strategy<Value = Vec<Output>> {
    let word = prop_oneof![
        "[a-c]{1,3}",
        "[a-z]{4,10}",
        "[0-9]{1,2}",
        Just("total".to_owned()),
        Just("totals".to_owned()),
        Just("Total".to_owned()),
        Just("订单".to_owned()),
    ];
    let name =
        prop::collection::vec(word, 1..3).prop_map(|words| format!("variable_{}", words.join("_")));
    let truth = prop_oneof![
        Just(Truth::Text),
        Just(Truth::Count),
        Just(Truth::Amount),
        Just(Truth::Flag),
        Just(Truth::List),
        Just(Truth::Object),
        Just(Truth::Anything),
    ];
    let output = (name, truth, any::<bool>()).prop_map(|(name, truth, may_be_null)| Output {
        name,
        truth,
        may_be_null,
    });
    // two outputs that a typo tells apart are the one thing that a partial contract does not believe in
    prop::collection::vec(output, 1..8).prop_map(|outputs| {
        let mut kept: Vec<Output> = Vec::new();
        for output in outputs {
            if !kept
                .iter()
                .any(|other| suggest::is_typo(&output.name, &other.name))
            {
                kept.push(output);
            }
        }
        kept
    })
}

/// As the recorder does it: the first shape of a name stays, and a later one that it does not cover is a conflict.
fn recorded(replies: &[Vec<(Output, u8)>]) -> Value {
    let mut entries: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut conflicts = Vec::new();
    for reply in replies {
        for (output, dice) in reply {
            let value = output.value(*dice);
            let entry = entries.entry(output.name.clone()).or_default();
            let Some(shape) = shape(&value) else {
                entry.insert("optional".to_owned(), true.into());
                continue;
            };
            match entry.get("type").and_then(Value::as_str) {
                None => {
                    entry.insert("type".to_owned(), shape.into());
                }
                Some(known) if known == shape || (known, shape) == ("number", "integer") => {}
                Some(known) => conflicts
                    .push(json!({"output": output.name, "contract": known, "reply": shape})),
            }
        }
    }
    json!({"partial": true, "outputs": entries, "conflicts": conflicts})
}

fn flow_and_replies() -> impl Strategy<Value = (Vec<Output>, Vec<Vec<(Output, u8)>>)> {
    outputs().prop_flat_map(|outputs| {
        let some = subsequence(outputs.clone(), 0..=outputs.len());
        let reply = some.prop_flat_map(|some| {
            let dice = prop::collection::vec(any::<u8>(), some.len());
            dice.prop_map(move |dice| some.clone().into_iter().zip(dice).collect::<Vec<_>>())
        });
        (Just(outputs), prop::collection::vec(reply, 0..4))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn right_code_is_never_refused(
        (outputs, replies) in flow_and_replies(),
        used in prop::collection::vec(any::<bool>(), 8),
        choice in any::<Index>(),
    ) {
        let recording = recorded(&replies);
        let fields = outputs.iter().zip(used).enumerate().filter(|(_, (_, used))| *used).map(|(at, (output, _))| {
            let right = output.right_types();
            format!("#[output({:?})] field_{at}: {},", output.name, choice.get(&right))
        });
        let fields: String = fields.collect();
        let fields = fields.parse().map_err(|error| TestCaseError::fail(format!("{fields}: {error}")))?;
        let messages = Repository::with(&recording.to_string()).messages(&fields);
        prop_assert_eq!(messages, Vec::<String>::new(), "{} {}", recording, fields);
    }
}
