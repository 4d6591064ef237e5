//! The types that a contract can name, and a value of each.

/// A type of a contract, as the document of the platform's values has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Type {
    pub(crate) word: &'static str,
    /// The JSON text of one value of it.
    pub(crate) sample: &'static str,
}

/// The type of what has none.
pub(crate) const ANY: Type = of("any", r#""1""#);

/// All types, in the form in which the flow engine itself writes their values. Those that say no more than the JSON
/// kind have a value that suits as much as possible of what is written so: `"1"` is a text, a decimal, a bigint, an
/// option; an empty list is one of anything.
pub(crate) const TYPES: [Type; 20] = [
    of("text", r#""sample""#),
    of("string", r#""1""#),
    of("integer", "1"),
    of("number", "1.5"),
    of("boolean", "true"),
    of("bigint", r#""9007199254740993""#),
    of("decimal", r#""128.50""#),
    of("date", r#""2023-05-10""#),
    of("datetime", "1683707400000"),
    of("option", r#""enable""#),
    of(
        "multilingual",
        r#"[{"language_code":1033,"text":"sample"},{"language_code":2052,"text":"样例"}]"#,
    ),
    of("lookup", r#"{"_id":1767211281913907,"_name":"sample"}"#),
    of(
        "phone",
        r#"{"code":"+86","key":"+86(CN)","number":"17600000000"}"#,
    ),
    of(
        "region",
        r#"{"id":1736322142527502,"level":1,"regionCode":"CN","fullPath":[{"language_code":1033,"text":"China"},{"language_code":2052,"text":"中国"}]}"#,
    ),
    of(
        "avatar",
        r##"{"source":"image","image":{"id":"1","mime_type":"image/png","name":"sample.png","size":14216083,"token":"sample"},"color":"#3370ff","color_id":"1","content":"sample"}"##,
    ),
    of(
        "attachment",
        r#"[{"id":"1","mime_type":"image/png","name":"sample.png","size":14216083,"token":"sample"}]"#,
    ),
    of(
        "richtext",
        r#"{"raw":"<p>sample</p>","preview":"sample","config":[]}"#,
    ),
    of("array", "[]"),
    of("object", "{}"),
    ANY,
];

const fn of(word: &'static str, sample: &'static str) -> Type {
    Type { word, sample }
}

impl Type {
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        TYPES.into_iter().find(|known| known.word == word)
    }

    /// Whether the number of a run can be one of its values.
    pub(crate) fn has_whole_numbers(self) -> bool {
        matches!(self.word, "integer" | "number" | "any")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn sample(word: &str) -> Value {
        serde_json::from_str(Type::of_word(word).unwrap().sample).unwrap()
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
        let docs = include_str!("builder.rs");
        for Type { word, sample } in TYPES {
            let row = docs
                .lines()
                .find(|line| line.contains("/// |") && line.contains(&format!("`{word}`")))
                .unwrap_or_else(|| panic!("{word}"));
            assert!(row.contains(&format!("`{sample}`")), "{word}: {row}");
        }
    }
}
