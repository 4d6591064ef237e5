//! A value of each of a contract's types.

use apaas_flow_contract::{Entry, Kind};
use serde_json::Value;

/// The JSON text of a value: of several, a list with one.
pub(crate) fn sample(entry: &Entry) -> String {
    let value = entry.value_type().unwrap_or(Kind::Any.into());
    let one = inside(entry).unwrap_or_else(|| of_kind(value.kind).to_owned());
    if value.is_list() {
        format!("[{one}]")
    } else {
        one
    }
}

/// Where it says what an array or an object has in it: one item, all fields.
fn inside(entry: &Entry) -> Option<String> {
    if let Some(item) = entry.items() {
        return Some(format!("[{}]", sample(&item)));
    }
    let fields = entry.fields()?;
    let fields = fields.iter();
    let fields: Vec<String> = fields
        .map(|(name, field)| format!("{}:{}", Value::from(name), sample(field)))
        .collect();
    Some(format!("{{{}}}", fields.join(",")))
}

/// In the form in which the flow engine itself writes it. Types that say no more than the JSON
/// kind have a value that suits as much as possible of what is written so: `"1"` is a text, a decimal, a bigint, an
/// option; an empty list is one of anything.
fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => r#""sample""#,
        Kind::String | Kind::Any => r#""1""#,
        Kind::Integer => "1",
        Kind::Number => "1.5",
        Kind::Boolean => "true",
        Kind::BigInt => r#""9007199254740993""#,
        Kind::Decimal => r#""128.50""#,
        Kind::Date => r#""2023-05-10""#,
        Kind::DateTime => "1683707400000",
        Kind::Option => r#""enable""#,
        Kind::Multilingual => {
            r#"[{"language_code":1033,"text":"sample"},{"language_code":2052,"text":"样例"}]"#
        }
        Kind::Lookup => r#"{"_id":1767211281913907,"_name":"sample"}"#,
        Kind::Phone => r#"{"code":"+86","key":"+86(CN)","number":"17600000000"}"#,
        Kind::Region => {
            r#"{"id":1736322142527502,"level":1,"regionCode":"CN","fullPath":[{"language_code":1033,"text":"China"},{"language_code":2052,"text":"中国"}]}"#
        }
        Kind::Avatar => {
            r##"{"source":"image","image":{"id":"1","mime_type":"image/png","name":"sample.png","size":14216083,"token":"sample"},"color":"#3370ff","color_id":"1","content":"sample"}"##
        }
        Kind::Attachment => {
            r#"[{"id":"1","mime_type":"image/png","name":"sample.png","size":14216083,"token":"sample"}]"#
        }
        Kind::RichText => r#"{"raw":"<p>sample</p>","preview":"sample","config":[]}"#,
        Kind::Array => "[]",
        Kind::Object => "{}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(word: &str) -> Value {
        serde_json::from_str(of_kind(Kind::from_word(word).unwrap())).unwrap()
    }

    #[test]
    fn every_sample_is_of_its_types_json_kind() {
        for (is, words) in [
            (
                Value::is_string as fn(&Value) -> bool,
                &[
                    "text", "string", "bigint", "decimal", "date", "option", "any",
                ][..],
            ),
            (Value::is_i64, &["integer", "datetime"]),
            (Value::is_f64, &["number"]),
            (Value::is_boolean, &["boolean"]),
            (Value::is_array, &["multilingual", "attachment", "array"]),
            (
                Value::is_object,
                &["lookup", "phone", "region", "avatar", "richtext", "object"],
            ),
        ] {
            for word in words {
                assert!(is(&sample(word)), "{word}");
            }
        }
    }

    #[test]
    fn the_samples_are_documented() {
        let docs = include_str!("../builder.rs");
        for kind in Kind::all() {
            let (word, sample) = (kind.word(), of_kind(kind));
            let row = docs
                .lines()
                .find(|line| line.contains("/// |") && line.contains(&format!("`{word}`")))
                .unwrap_or_else(|| panic!("{word}"));
            assert!(row.contains(&format!("`{sample}`")), "{word}: {row}");
        }
    }
}
