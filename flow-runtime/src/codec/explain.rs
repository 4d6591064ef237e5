//! From serde's words on a value to ours, which never quote the value.

use serde_json::error::Category;

use super::field_serializer::NOT_FINITE;
use super::location::locate;
use crate::error::FieldError;

/// Added where a type's own implementation wrote the message.
const WITHHELD: &str = "(its own message is withheld, since it may quote the value)";

/// Why this text of a value could not be read.
pub(crate) fn explain_read(
    name: &str,
    text: &str,
    error: &serde_json::Error,
    rust_type: &str,
) -> FieldError {
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(&*message, |(message, _)| message);
    let (path, value) = locate(text, error.line(), error.column(), |value| {
        speaks_of(message, value)
    });
    let kind = kind(value);
    let (expected, found) = expectation(message, kind, error.classify()).unwrap_or_else(|| {
        (
            named(rust_type),
            format!("{kind} that it refuses {WITHHELD}"),
        )
    });
    FieldError {
        name: name.to_owned(),
        path,
        expected,
        found,
    }
}

/// Why an input could not be written.
pub(crate) fn explain_write(what: &str, error: &serde_json::Error) -> String {
    let message = error.to_string();
    match &*message {
        NOT_FINITE => format!("{what} is {NOT_FINITE}, which JSON does not have"),
        // serde_json's own
        "key must be a string" | "float key must be finite" | "number out of range" => {
            format!("{what} cannot be written as JSON: {message}")
        }
        _ => format!(
            "{what} cannot be written as JSON: its `Serialize` refuses the value {WITHHELD}"
        ),
    }
}

/// What was expected and what found, from a message of serde's own making; none if a type wrote it.
fn expectation(message: &str, kind: &str, category: Category) -> Option<(String, String)> {
    if category != Category::Data {
        return Some((
            "a JSON value".to_owned(),
            format!("text that is none ({message})"),
        ));
    }
    // The value stands in front of it, and only the type's own words behind.
    let expected = message
        .rsplit_once(", expected ")
        .map(|(_, expected)| expected.to_owned());
    if message.starts_with("invalid type: floating point") && kind == INTEGER {
        Some((expected?, format!("{kind} that does not fit")))
    } else if message.starts_with("invalid type: ") {
        Some((expected?, kind.to_owned()))
    } else if message.starts_with("invalid value: ") {
        Some((expected?, format!("{kind} that does not fit")))
    } else if message.starts_with("invalid length ") {
        Some((expected?, format!("{kind} of another length")))
    } else if message.starts_with("unknown variant ") {
        Some((expected?, format!("another {}", bare(kind))))
    } else if message.starts_with("unknown field ") {
        Some((expected?, "another field".to_owned()))
    } else if let Some(field) = message.strip_prefix("missing field ") {
        Some((format!("field {field}"), format!("{kind} without it")))
    } else {
        message.strip_prefix("duplicate field ").map(|field| {
            (
                format!("field {field} once"),
                format!("{kind} that has it twice"),
            )
        })
    }
}

/// Whether a message can mean this value, by the kind that it says was found.
fn speaks_of(message: &str, value: &str) -> bool {
    let Some(found) = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|start| message.strip_prefix(start))
    else {
        return true;
    };
    // serde's words, and those of our own values
    let words: [(&[&str], &[char]); 6] = [
        (&["string ", "a string"], &['"']),
        (&["sequence", "a list"], &['[']),
        (&["map", "an object"], &['{']),
        (&["boolean ", "a boolean"], &['t', 'f']),
        (&["null"], &['n']),
        (
            &["integer ", "an integer", "floating point ", "a number"],
            &['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
        ),
    ];
    words
        .iter()
        .find(|(words, _)| words.iter().any(|word| found.starts_with(word)))
        .is_none_or(|(_, starts)| value.starts_with(*starts))
}

pub(crate) const INTEGER: &str = "an integer";

/// The kind of a JSON value, with its article.
pub(crate) fn kind(value: &str) -> &'static str {
    match value.as_bytes().first() {
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'[') => "a list",
        Some(b'{') => "an object",
        Some(b'n') => "null",
        _ if value.contains(['.', 'e', 'E']) => "a number with a fraction",
        _ => INTEGER,
    }
}

fn bare(kind: &str) -> &str {
    kind.split_once(' ').map_or(kind, |(_, bare)| bare)
}

/// `alloc::vec::Vec<shop::Order>` to `Vec<Order>`, in backticks.
pub(crate) fn named(rust_type: &str) -> String {
    let mut short = String::from("`");
    for part in rust_type.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
    {
        short.push_str(part.rsplit_once("::").map_or(part, |(_, last)| last));
    }
    short.push('`');
    short
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error};

    use super::{explain_read, named};

    fn why<T: DeserializeOwned>(text: &str) -> String {
        let error = serde_json::from_str::<T>(text).err().expect("does not fit");
        explain_read("variable_x", text, &error, std::any::type_name::<T>()).to_string()
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Line {
        price: u8,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
        Green,
    }

    #[derive(Debug)]
    struct Fussy;

    impl<'de> Deserialize<'de> for Fussy {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            Err(D::Error::custom(format!(
                "{text} is no good, expected {text}"
            )))
        }
    }

    #[test]
    fn says_where_what_was_expected_and_what_kind_was_found() {
        assert_eq!(
            why::<i64>(r#""secret""#),
            "`variable_x` expected `i64`, found a string"
        );
        assert_eq!(
            why::<i64>("12.5"),
            "`variable_x` expected `i64`, found a number with a fraction"
        );
        assert_eq!(
            why::<u8>("300"),
            "`variable_x` expected `u8`, found an integer that does not fit"
        );
        assert_eq!(
            why::<Vec<Line>>(r#"[{"price":1},{"price":"secret"}]"#),
            "`variable_x` at `[1].price` expected `u8`, found a string"
        );
        assert_eq!(
            why::<Line>("{}"),
            "`variable_x` expected field `price`, found an object without it"
        );
        assert_eq!(
            why::<Colour>(r#""secret""#),
            "`variable_x` expected `red` or `green`, found another string"
        );
        assert_eq!(
            why::<String>("null"),
            "`variable_x` expected a string, found null"
        );
    }

    #[test]
    fn what_is_too_large_or_no_json_is_called_that() {
        assert_eq!(
            why::<i64>("12345678901234567890123"),
            "`variable_x` expected `i64`, found an integer that does not fit"
        );
        assert_eq!(
            why::<i64>("oops"),
            "`variable_x` expected a JSON value, found text that is none (expected value)"
        );
    }

    #[test]
    fn no_value_is_quoted_even_if_a_type_does() {
        for text in [
            why::<i64>(r#""secret, expected secret""#),
            why::<Fussy>(r#""secret""#),
            why::<Vec<Fussy>>(r#"["secret"]"#),
            why::<Colour>(r#""secret, expected ""#),
        ] {
            assert!(!text.contains("secret"), "{text}");
        }
        assert!(
            why::<Fussy>(r#""secret""#)
                .contains("expected `Fussy`, found a string that it refuses")
        );
    }

    #[test]
    fn types_are_named_without_their_modules() {
        assert_eq!(named("alloc::vec::Vec<shop::Order>"), "`Vec<Order>`");
        assert_eq!(
            named("core::option::Option<(i64, alloc::string::String)>"),
            "`Option<(i64, String)>`"
        );
    }
}
