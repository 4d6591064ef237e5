//! What stands for nothing: `""`, `{}` and `[]` are none under an `Option` of one of the platform's values, as null is,
//! and an error that says so elsewhere. A text or a list that is empty is just that.

use std::collections::BTreeMap;
use std::fmt::Debug;

use apaas_flow::value::{
    Attachment, Avatar, BigInt, Choice, Date, DateTime, Decimal, Lookup, Multilingual, Phone,
    RecordRef, Region, RichText,
};
use apaas_flow::{DynamicFlow, Flow, Outputs, Params, Result, apaas_flow, wire};
use apaas_flow_emulator::Emulator;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const EMPTY: [(&str, &str); 5] = [
    (r#""""#, "found an empty string"),
    ("{}", "found an empty object"),
    ("[ ]", "found an empty list"),
    ("{ }", "found an empty object"),
    ("null", "found null"),
];

fn reply(outputs: &str) -> Vec<u8> {
    let data = json!({ "status": "end", "execution_id": "1", "out_params": outputs });
    json!({ "code": 0, "data": data }).to_string().into_bytes()
}

/// A flow whose one output is read by this function.
macro_rules! read {
    ($out:ty, $read:expr, $value:expr) => {{
        struct Reads;

        impl Flow for Reads {
            const NAMESPACE: &'static str = "package_shop__c";
            const FLOW_ID: &'static str = "empty_0a1b2c3d4e";
            type Output = $out;

            fn write_params(&self, _: &mut Params) -> Result<()> {
                Ok(())
            }

            fn read_outputs(from: &mut Outputs<'_>) -> Result<$out> {
                #[allow(clippy::redundant_closure_call)]
                ($read)(from)
            }
        }

        let outputs = format!(r#"[{{"api_name":"x","value":{}}}]"#, $value);
        wire::reply::<Reads>(200, &reply(&outputs)).map(|run| run.output)
    }};
}

macro_rules! rule {
    ($($ty:ty)*) => {$(
        for (empty, said) in EMPTY {
            let read = read!(Option<$ty>, |from: &mut Outputs<'_>| from.take("x"), empty);
            assert_eq!(read.unwrap(), None, "{} {empty}", stringify!($ty));

            let read = read!(Option<Option<$ty>>, |from: &mut Outputs<'_>| from.take_nullable("x"), empty);
            assert_eq!(read.unwrap(), Some(None), "{} {empty}", stringify!($ty));

            let error = read!($ty, |from: &mut Outputs<'_>| from.take("x"), empty).unwrap_err();
            let error = error.to_string();
            assert!(error.contains(&format!("{said};")), "{} {empty}: {error}", stringify!($ty));

            let error = read!(Vec<$ty>, |from: &mut Outputs<'_>| from.take("x"), format!("[{empty}]"));
            let error = error.unwrap_err().to_string();
            assert!(error.contains("at `[0]`") && error.contains(said), "{} {empty}: {error}", stringify!($ty));
        }
        let read = read!(Vec<$ty>, |from: &mut Outputs<'_>| from.take("x"), "[]");
        assert!(read.unwrap().is_empty(), "{}", stringify!($ty));
        let read = read!(Option<Vec<$ty>>, |from: &mut Outputs<'_>| from.take("x"), "[]");
        assert_eq!(read.unwrap().as_deref(), Some(&[][..]), "{}", stringify!($ty));
    )*};
}

#[test]
fn one_rule_is_for_all_values() {
    rule! {
        RecordRef Lookup Multilingual Choice Phone Region Avatar Attachment RichText BigInt Decimal Date DateTime
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Line {
    kind: Option<Choice>,
    price: Option<Decimal>,
    owner: Option<Box<Lookup>>,
    note: Option<String>,
    tags: Option<Vec<Choice>>,
    weight: Weight,
}

/// One of the platform's values under a name of the user's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Weight(Option<Decimal>);

#[apaas_flow(namespace = "package_shop__c", flow_id = "lines_0a1b2c3d4e", emulate)]
#[derive(Debug, Clone, PartialEq)]
struct Bill {
    #[input]
    #[output]
    lines: Vec<Line>,
    #[input]
    #[output]
    by_name: BTreeMap<String, Option<Date>>,
    #[input]
    #[output(default)]
    total: Decimal,
    #[input]
    #[output]
    note: Option<String>,
}

const LINES: &str = r#"[{"kind":"","price":{},"owner":{},"note":"","tags":[],"weight":""},{"kind":"a","price":"1","owner":7,"note":null,"tags":["b",{"api_name":"c"}],"weight":[]},{"kind":{},"price":"","owner":"","weight":null}]"#;

fn lines() -> Vec<Line> {
    let nothing = Line {
        kind: None,
        price: None,
        owner: None,
        note: Some(String::new()),
        tags: Some(Vec::new()),
        weight: Weight(None),
    };
    let something = Line {
        kind: Some(Choice::new("a")),
        price: Some(1.into()),
        owner: Some(Box::new(Lookup::new(7))),
        note: None,
        tags: Some(vec!["b".into(), "c".into()]),
        weight: Weight(None),
    };
    let absent = Line {
        note: None,
        tags: None,
        ..nothing.clone()
    };
    vec![nothing, something, absent]
}

#[test]
fn nothing_is_none_however_deep_it_stands() {
    let outputs = format!(
        r#"[{{"api_name":"lines","value":{LINES}}},{{"api_name":"by_name","value":{{"a":"","b":[],"c":"2023-05-10"}}}},{{"api_name":"total","value":""}},{{"api_name":"note","value":""}}]"#
    );
    let output = wire::reply::<Bill>(200, &reply(&outputs)).unwrap().output;
    assert_eq!(output.lines, lines());
    let by_name: Vec<_> = output.by_name.values().map(Option::is_some).collect();
    assert_eq!(by_name, [false, false, true]);
    assert_eq!(output.total, Decimal::default());
    assert_eq!(output.note.as_deref(), Some(""));
}

#[test]
fn what_is_wrong_otherwise_is_still_said() {
    let outputs = r#"[{"api_name":"lines","value":[{"kind":"","price":"x","weight":null}]},{"api_name":"by_name","value":{"a":"","b":"x"}}]"#;
    let error = wire::reply::<Bill>(200, &reply(outputs))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("2 outputs do not fit")
            && error.contains("`lines` at `[0].price` expected a decimal")
            && error.contains("`by_name` at `.*` expected a date"),
        "{error}"
    );
}

#[test]
fn all_outputs_as_one_type_follow_the_rule() {
    #[derive(Debug, Deserialize)]
    struct All {
        x: Option<Choice>,
        y: Option<Line>,
    }

    let read = read!(
        All,
        |from: &mut Outputs<'_>| from.take_all(),
        r#""","n":0},{"api_name":"y","value":{"kind":"","weight":{}}"#
    );
    let all = read.unwrap();
    assert_eq!(all.x, None);
    assert_eq!(
        all.y.map(|line| (line.kind, line.weight)),
        Some((None, Weight(None)))
    );
}

#[tokio::test]
async fn the_rule_holds_in_both_directions_and_without_a_struct() {
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<Bill>(|input| {
        Ok(BillOutput {
            lines: input.lines,
            by_name: input.by_name,
            total: input.total,
            note: input.note,
        })
    });
    emulator.on_raw("package_shop__c", "raw", |_| {
        Ok(json!({ "kind": "", "owner": {}, "list": [] }))
    });
    let client = emulator.client();
    let lines: Value = serde_json::from_str(LINES).unwrap();
    let run = DynamicFlow::new("package_shop__c", "lines_0a1b2c3d4e")
        .and_then(|flow| {
            flow.param("lines", lines)?
                .param("by_name", json!({ "a": "" }))?
                .param("total", "2")
        })
        .unwrap()
        .execute(&client)
        .await
        .unwrap();
    assert_eq!(run.output.get::<Vec<Line>>("lines").unwrap(), self::lines());

    let run = DynamicFlow::new("package_shop__c", "raw")
        .unwrap()
        .execute(&client)
        .await
        .unwrap()
        .output;
    assert_eq!(run.get::<Option<Choice>>("kind").unwrap(), None);
    assert_eq!(run.get::<Option<Lookup>>("owner").unwrap(), None);
    assert!(run.get::<Vec<Choice>>("list").unwrap().is_empty());
    assert!(
        run.get::<Choice>("kind")
            .unwrap_err()
            .to_string()
            .contains("empty")
    );
}

/// A function is called once, and given what stands there.
#[test]
fn a_function_of_the_authors_decides_for_itself() {
    let own = |value| {
        read!(
            Option<Choice>,
            |from: &mut Outputs<'_>| from.take_with("x", |value| {
                let text = Option::<String>::deserialize(value)?;
                Ok(text.filter(|text| !text.is_empty()).map(Choice::new))
            }),
            value
        )
    };
    assert_eq!(own(r#""""#).unwrap(), None);
    assert_eq!(own(r#""a""#).unwrap(), Some(Choice::new("a")));
    let plain = read!(
        Option<Choice>,
        |from: &mut Outputs<'_>| from.take_with("x", |value| Option::deserialize(value)),
        r#""""#
    );
    let error = plain.unwrap_err().to_string();
    assert!(error.contains("found an empty string"), "{error}");
}

/// Many of them cost a reading for each type, not for each value.
#[test]
fn ten_thousand_empty_values_are_read_at_once() {
    let line = r#"{"kind":"","price":"","owner":{},"weight":[]}"#;
    let value = format!("[{}]", vec![line; 10_000].join(","));
    let lines = read!(Vec<Line>, |from: &mut Outputs<'_>| from.take("x"), value).unwrap();
    assert_eq!(lines.len(), 10_000);
    assert!(
        lines
            .iter()
            .all(|line| line.kind.is_none() && line.owner.is_none())
    );
}

#[test]
fn an_empty_part_of_a_value_is_a_part_that_is_not_there() {
    fn read<T: DeserializeOwned + Debug>(text: &str) -> T {
        serde_json::from_str(text).unwrap()
    }

    assert_eq!(read::<Lookup>(r#"{"_id":1,"_name":{}}"#), Lookup::new(1));
    assert_eq!(
        read::<Choice>(r#"{"api_name":"a","label":[]}"#),
        Choice::new("a")
    );
    assert_eq!(
        read::<Region>(r#"{"id":1,"level":"","full_path":[]}"#),
        Region::new(1)
    );
    assert_eq!(
        read::<Attachment>(r#"{"token":"t","size":""}"#),
        Attachment::new("t")
    );
    assert_eq!(
        read::<Avatar>(r#"{"source":"text","image":{}}"#).image,
        None
    );
}
