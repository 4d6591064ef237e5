//! One contract, read by two: the macro holds the struct against it, and the emulator answers from it.

use std::collections::HashMap;

use apaas_flow::value::{
    Attachment, Avatar, BigInt, Choice, Date, DateTime, Decimal, Language, Lookup, Multilingual,
    Phone, RecordRef, Region, RichText,
};
use apaas_flow::{ErrorKind, Status, apaas_flow, contract};
use apaas_flow_emulator::Emulator;
use serde::Deserialize;
use serde_json::Value;

/// A text in one language.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Text {
    language_code: u16,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    #[serde(rename = "_id")]
    id: i64,
    #[serde(rename = "_name")]
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    id: i64,
    level: u8,
    #[serde(rename = "regionCode")]
    code: String,
    #[serde(rename = "fullPath")]
    path: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    id: String,
    mime_type: String,
    name: String,
    size: u64,
    token: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Face {
    source: String,
    image: File,
    color: String,
    color_id: String,
    content: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formatted {
    raw: String,
    preview: String,
    config: Vec<Value>,
}

#[apaas_flow(
    namespace = "package_shop__c",
    flow_id = "everything_5e6f7a8b9c",
    contract = "tests/it/contracts/package_shop__c/everything_5e6f7a8b9c.json"
)]
#[derive(Debug)]
pub struct Everything {
    #[input("variable_record")]
    record: RecordRef,
    #[output("_flowExecutionID")]
    flow_execution_id: i64,
    #[output("variable_text")]
    text: String,
    #[output("variable_string")]
    string: String,
    #[output("variable_integer")]
    integer: u8,
    #[output("variable_number")]
    number: f64,
    #[output("variable_boolean")]
    boolean: bool,
    #[output("variable_bigint")]
    bigint: String,
    #[output("variable_decimal")]
    decimal: String,
    #[output("variable_date")]
    date: String,
    #[output("variable_datetime")]
    datetime: i64,
    #[output("variable_option")]
    option: String,
    #[output("variable_multilingual")]
    multilingual: Vec<Text>,
    #[output("variable_lookup")]
    lookup: RecordRef,
    #[output("variable_owner")]
    record_with_name: Record,
    #[output("variable_phone")]
    phone: HashMap<String, String>,
    #[output("variable_region")]
    region: Place,
    #[output("variable_avatar")]
    avatar: Face,
    #[output("variable_attachment")]
    attachment: Vec<File>,
    #[output("variable_richtext")]
    richtext: Formatted,
    #[output("variable_array")]
    array: Vec<i64>,
    #[output("variable_object")]
    object: HashMap<String, String>,
    #[output("variable_any")]
    any: Value,
    #[output("variable_untyped")]
    untyped: Option<String>,
}

/// The same, with the types that are made for it.
#[apaas_flow(
    namespace = "package_shop__c",
    flow_id = "everything_5e6f7a8b9c",
    contract = "tests/it/contracts/package_shop__c/everything_5e6f7a8b9c.json"
)]
pub struct InValueTypes {
    #[input("variable_record")]
    record: RecordRef,
    #[output("variable_bigint")]
    bigint: BigInt,
    #[output("variable_decimal")]
    decimal: Decimal,
    #[output("variable_date")]
    date: Date,
    #[output("variable_datetime")]
    datetime: DateTime,
    #[output("variable_option")]
    option: Choice,
    #[output("variable_multilingual")]
    multilingual: Multilingual,
    #[output("variable_owner")]
    owner: Lookup,
    #[output("variable_phone")]
    phone: Phone,
    #[output("variable_region")]
    region: Region,
    #[output("variable_avatar")]
    avatar: Avatar,
    #[output("variable_attachment")]
    attachment: Vec<Attachment>,
    #[output("variable_richtext")]
    richtext: RichText,
}

fn everything() -> Everything {
    Everything {
        record: RecordRef::new(5_454_545),
    }
}

/// The same flow by a struct that was never held against its contract.
#[apaas_flow(namespace = "package_shop__c", flow_id = "everything_5e6f7a8b9c")]
struct Mistaken {
    #[input("variable_recrod")]
    record: RecordRef,
}

async fn emulator() -> Emulator {
    Emulator::builder()
        .contracts("tests/it/contracts")
        .start()
        .await
        .unwrap()
}

#[tokio::test]
async fn every_types_sample_is_read() {
    let emulator = emulator().await;
    let run = everything().execute(&emulator.client()).await.unwrap();
    let output = run.output;
    assert_eq!(output.flow_execution_id.to_string(), run.execution_id);
    assert_eq!(output.text, "sample");
    assert_eq!(output.string.parse::<f64>(), Ok(1.0));
    assert_eq!((output.integer, output.boolean), (1, true));
    assert!((1.25..1.75).contains(&output.number));
    assert_eq!(output.bigint, "9007199254740993");
    assert_eq!(output.decimal, "128.50");
    assert_eq!(output.date, "2023-05-10");
    assert_eq!(output.datetime / 86_400_000, 19_487); // the same day
    assert_eq!(output.option, "enable");
    let text = |language_code, text: &str| Text {
        language_code,
        text: text.to_owned(),
    };
    assert_eq!(
        output.multilingual,
        [text(1033, "sample"), text(2052, "样例")]
    );
    assert_eq!(output.lookup.id(), 1_767_211_281_913_907);
    let record = output.record_with_name;
    assert_eq!((record.id, &*record.name), (output.lookup.id(), "sample"));
    let phone = |key: &str| output.phone.get(key).map(String::as_str);
    assert_eq!(
        ["code", "key", "number"].map(phone),
        [Some("+86"), Some("+86(CN)"), Some("17600000000")]
    );
    let region = output.region;
    assert_eq!((region.level, &*region.code), (1, "CN"));
    assert!(region.id > 1 << 50);
    assert_eq!(region.path, [text(1033, "China"), text(2052, "中国")]);
    let Face {
        source,
        image,
        color,
        color_id,
        content,
    } = output.avatar;
    assert_eq!((&*source, &*image.token), ("image", "sample"));
    assert!(![color, color_id, content].contains(&String::new()));
    let [file] = &output.attachment[..] else {
        panic!("{:?}", output.attachment);
    };
    assert_eq!(
        (&*file.id, &*file.mime_type, &*file.name, file.size),
        ("1", "image/png", "sample.png", 14_216_083)
    );
    assert_eq!(output.richtext.raw, "<p>sample</p>");
    assert_eq!(output.richtext.preview, "sample");
    assert!(output.richtext.config.is_empty());
    assert!(output.array.is_empty() && output.object.is_empty());
    assert_eq!(
        (output.any, output.untyped.as_deref()),
        ("1".into(), Some("1"))
    );
}

#[tokio::test]
async fn every_types_sample_is_read_by_the_type_made_for_it() {
    let flow = InValueTypes {
        record: RecordRef::new(1),
    };
    let run = flow.execute(&emulator().await.client()).await.unwrap();
    let output = run.output;
    assert_eq!(output.bigint, 9_007_199_254_740_993);
    assert_eq!(output.decimal.to_string(), "128.50");
    assert_eq!(output.date.to_string(), "2023-05-10");
    assert!(output.datetime.to_string().starts_with("2023-05-10T"));
    assert_eq!(output.option, "enable");
    assert_eq!(output.multilingual.get(Language::ZH_CN), Some("样例"));
    assert_eq!(output.owner.name(), Some("sample"));
    assert_eq!(output.phone.number, "17600000000");
    assert!(output.region.id > 1 << 50);
    assert!(output.avatar.image.is_some());
    assert_eq!(output.attachment.len(), 1);
    assert_eq!(output.richtext.raw, "<p>sample</p>");
}

#[tokio::test]
async fn a_started_flow_of_a_contract() {
    let emulator = emulator().await;
    let started = everything().start(&emulator.client()).await.unwrap();
    assert_eq!(started.status, Status::InProcess);
    assert_eq!(emulator.executions()[0].execution_id, started.execution_id);
}

#[tokio::test]
async fn a_struct_that_its_contract_does_not_allow() {
    let emulator = emulator().await;
    let flow = Mistaken {
        record: RecordRef::new(1),
    };
    let error = flow.execute(&emulator.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.flow_code(), error.may_have_run()),
        (ErrorKind::Invalid, Some("k_wf_ec_2001001"), false)
    );
    assert!(
        error
            .to_string()
            .contains("did you mean `variable_record`?"),
        "{error}"
    );
    assert_eq!(emulator.runs(), 0);
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "several_6f7a8b9c0d")]
struct Several {
    #[input("variable_tags")]
    tags: Vec<Choice>,
    #[output("variable_tags")]
    given: Vec<Choice>,
    #[output("variable_records")]
    records: Option<Vec<Lookup>>,
    #[output("variable_names")]
    names: Vec<Multilingual>,
    #[output("variable_files")]
    files: Vec<Attachment>,
    #[output("variable_tag")]
    tag: Choice,
}

/// Written by one, and served by the other.
#[tokio::test]
async fn several_values_are_a_list() {
    let folder = format!("{}/several-contracts", env!("CARGO_TARGET_TMPDIR"));
    let file = contract::write::<Several>(&folder).unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    for line in [
        r#""variable_tags": { "type": "option", "several": true }"#,
        r#""variable_records": { "type": "lookup", "several": true, "optional": true }"#,
        r#""variable_names": { "type": "multilingual", "several": true }"#,
        r#""variable_files": { "type": "attachment" }"#,
        r#""variable_tag": { "type": "option" }"#,
    ] {
        assert!(text.contains(line), "{text}");
    }
    let emulator = Emulator::builder()
        .contracts(&folder)
        .start()
        .await
        .unwrap();
    let flow = Several { tags: vec![] };
    let output = flow.execute(&emulator.client()).await.unwrap().output;
    assert_eq!(output.given, ["enable"]);
    assert_eq!(output.records.map(|records| records.len()), Some(1));
    assert_eq!(output.names.len(), 1);
    assert_eq!(output.files.len(), 1);
    assert_eq!(output.tag, "enable");
}
