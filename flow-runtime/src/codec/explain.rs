//! Turns serde's messages about a value into ours, which never quote the value.

use serde_json::error::Category;

use super::entries::entries;
use super::field_serializer::NOT_FINITE;
use super::kind::{FRACTION, INTEGER, NUMBER, OBJECT, STRING, kind};
use super::mentions::{Keys, mentions};
use super::serde_words::{Found, Words};
use super::traced::{EMPTY_LIST, EMPTY_OBJECT, EMPTY_STRING, KEY_IS_NO_NUMBER, Refusal};
use crate::error::FieldError;

/// Added if a type's own implementation wrote the message.
const WITHHELD: &str = "(its own message is withheld, since it may quote the value)";

/// Added if the error is about something inside the named value, and serde does not say which part.
const INSIDE: &str = " somewhere inside";

/// Added if it is about a key of the named object.
const AS_KEY: &str = " as a key";

/// Why the text of a value could not be read. `depth` levels are left off the start of the path.
pub(crate) fn explain_read(
    name: &str,
    text: &str,
    refusal: &Refusal<'_>,
    depth: usize,
) -> FieldError {
    let (expected, found) = expectation(text, refusal).unwrap_or_else(|| {
        let found = format!("{} that it refuses {WITHHELD}", kind(refusal.text()));
        (named(refusal.rust_type()), found)
    });
    FieldError {
        name: name.to_owned(),
        path: refusal.path_below(depth),
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
        "key must be a string"
        | "float key must be finite (got NaN or +/-inf)"
        | "number out of range" => {
            format!("{what} cannot be written as JSON: {message}")
        }
        _ => format!(
            "{what} cannot be written as JSON: its `Serialize` refuses the value {WITHHELD}"
        ),
    }
}

/// What was expected and what was found, from one of serde's own messages; none if a type wrote it.
fn expectation(text: &str, refusal: &Refusal<'_>) -> Option<(String, String)> {
    let kind = kind(refusal.text());
    match refusal.category() {
        Category::Data => from_words(&Words::parse(refusal.message())?, text, refusal),
        // the message is whatever `serde_json::Error::io` was given
        Category::Io => None,
        Category::Syntax | Category::Eof => Some(match refusal.message() {
            "number out of range" => {
                let expected = of_author(refusal.expecting(), text, refusal);
                let found = too_large(kind, refusal.expecting());
                (expected, found)
            }
            "trailing characters" => {
                let expected = of_author(refusal.expecting(), text, refusal);
                (expected, format!("{kind} with more in it than that"))
            }
            KEY_IS_NO_NUMBER => (NUMBER.to_owned(), format!("another string{AS_KEY}")),
            message => (
                "a JSON value".to_owned(),
                format!("text that is none ({message})"),
            ),
        }),
    }
}

fn from_words(words: &Words<'_>, text: &str, refusal: &Refusal<'_>) -> Option<(String, String)> {
    let value = refusal.text();
    let kind = kind(value);
    let place = |is_own: bool| match (is_own, refusal.is_at_key()) {
        (true, _) => "",
        (false, true) => AS_KEY,
        (false, false) => INSIDE,
    };
    // A type that has asked for what is inside a list or an object has accepted the list or object itself.
    let says_so_itself = |expected: &str| {
        let rest = expected.strip_prefix(refusal.expecting());
        let is_the_same = |rest: &str| rest.is_empty() || rest.starts_with(" with ");
        !refusal.is_entered() || rest.is_some_and(is_the_same)
    };
    let (expected, found) = match *words {
        Words::InvalidType { found, expected } => {
            let is_own = !refusal.is_entered() && found.is(value);
            let found = match found.kind {
                Some(empty @ (EMPTY_STRING | EMPTY_OBJECT | EMPTY_LIST)) => empty.to_owned(),
                Some(FRACTION) if is_own && kind == INTEGER => too_large(kind, expected),
                _ if is_own => kind.to_owned(),
                other => format!("{}{}", other.unwrap_or("a value"), place(is_own)),
            };
            (expected, found)
        }
        Words::InvalidValue { found, expected } => {
            let is_own = says_so_itself(expected) && found.is(value);
            let found = if is_own { Some(kind) } else { found.kind };
            let found = found.unwrap_or("a value");
            (
                expected,
                format!("{found} that does not fit{}", place(is_own)),
            )
        }
        Words::InvalidLength { expected } => {
            let is_own = says_so_itself(expected);
            let found = if is_own { kind } else { "a value" };
            (
                expected,
                format!("{found} of another length{}", place(is_own)),
            )
        }
        Words::UnknownVariant { found, expected } => {
            let found = match kind {
                _ if refusal.is_entered() => format!("another string{}", place(false)),
                STRING if is_string(value, found) => "another string".to_owned(),
                OBJECT if has_key(value, found) => "an object with another key".to_owned(),
                _ => format!("another string{INSIDE}"),
            };
            (expected, found)
        }
        Words::UnknownField { expected } => {
            let is_own = refusal.is_at_key();
            let place = if is_own { "" } else { INSIDE };
            (expected, format!("another field{place}"))
        }
        Words::MissingField(field) | Words::DuplicateField(field) => {
            let is_missing = matches!(words, Words::MissingField(_));
            let is_own = refusal.knows(field)
                || is_missing && kind == OBJECT && is_flat_without(value, field);
            if kind != OBJECT && !refusal.is_entered() || !is_own && is_data(field, text) {
                return None;
            }
            let place = if is_own { "" } else { INSIDE };
            return Some(if is_missing {
                (
                    format!("field `{field}`"),
                    format!("{OBJECT} without it{place}"),
                )
            } else {
                let found = format!("{OBJECT} that has it twice{place}");
                (format!("field `{field}` once"), found)
            });
        }
    };
    Some((of_author(expected, text, refusal), found))
}

/// What the type's author calls it, unless those words contain a part of the value.
fn of_author(expected: &str, text: &str, refusal: &Refusal<'_>) -> String {
    let is_known = || {
        let mut names = expected.split('`').skip(1).step_by(2).peekable();
        names.peek().is_some() && names.all(|name| refusal.knows(name))
    };
    // A type that reads nothing of its value does not say what it expects.
    if expected.is_empty() {
        return named(refusal.rust_type());
    }
    if refusal.is_ours()
        || is_of_serde(expected)
        || is_known()
        || !mentions(expected, text, Keys::All)
    {
        expected.to_owned()
    } else {
        named(refusal.rust_type())
    }
}

/// A number that serde_json cannot hold, or only as a float. A type that expects no number would refuse a smaller one
/// too.
fn too_large(kind: &str, expected: &str) -> String {
    if NO_NUMBERS.contains(&expected) {
        kind.to_owned()
    } else {
        format!("{kind} that does not fit")
    }
}

/// What serde's own types expect: safe to show, even if the value happens to contain the same word.
fn is_of_serde(expected: &str) -> bool {
    NUMBERS.contains(&expected) || NO_NUMBERS.contains(&expected)
}

const NUMBERS: &[&str] = &[
    "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32",
    "f64",
];

const NO_NUMBERS: &[&str] = &[
    "a boolean",
    "a character",
    "a string",
    "unit",
    "option",
    "a sequence",
    "a map",
    "a set",
];

/// Whether a field's name comes from the value's data. Being a key of another object in it does not count.
fn is_data(field: &str, text: &str) -> bool {
    let is_name = field
        .bytes()
        .all(|c| c.is_ascii_alphanumeric() || c == b'_');
    mentions(field, text, if is_name { Keys::None } else { Keys::All })
}

impl Found<'_> {
    /// Whether serde's description fits this value.
    fn is(self, value: &str) -> bool {
        let Some(found) = self.kind else { return true };
        let (kind, Some(quote)) = (kind(value), self.quote) else {
            return match found {
                EMPTY_STRING | EMPTY_OBJECT | EMPTY_LIST => true,
                FRACTION | INTEGER | NUMBER => matches!(kind(value), FRACTION | INTEGER),
                _ => found == kind(value),
            };
        };
        match found {
            STRING => kind == STRING && is_string(value, quote),
            // the quote is the number as serde_json parsed it, not the digits of the text
            FRACTION => matches!(kind, FRACTION | INTEGER),
            _ => value == quote,
        }
    }
}

/// Whether a value is a string with this content, given plain or as `Debug` prints it.
fn is_string(value: &str, content: &str) -> bool {
    let string = serde_json::from_str::<String>(value);
    string.is_ok_and(|string| string == content || format!("{string:?}") == content)
}

fn has_key(object: &str, name: &str) -> bool {
    let entries = entries(object).unwrap_or_default();
    entries.iter().any(|(key, _)| key == name)
}

/// Whether an object lacks this key, and has no list or object inside that could be the one meant.
fn is_flat_without(object: &str, name: &str) -> bool {
    let entries = entries(object).unwrap_or_default();
    let mut entries = entries.iter();
    entries.all(|(key, value)| key != name && !value.get().starts_with(['[', '{']))
}

/// Turns `alloc::vec::Vec<shop::Order>` into `Vec<Order>`, in backticks.
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
mod blame;

#[cfg(test)]
mod tests {
    use serde::de::{DeserializeOwned, Error, Unexpected};
    use serde::{Deserialize, Deserializer};

    use super::{explain_read, named};
    use crate::codec::traced::{Empties, reread};

    fn why<T: DeserializeOwned>(text: &str) -> String {
        let error = serde_json::from_str::<T>(text).err().expect("does not fit");
        let refusal = reread(text, &error, &Empties::default(), |trace| {
            T::deserialize(trace.deserializer())
        })
        .err()
        .expect("refused again");
        explain_read("variable_x", text, &refusal, 0).to_string()
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
            why::<f64>("1e400"),
            "`variable_x` expected `f64`, found a number with a fraction that does not fit"
        );
        for (number, kind) in [
            ("12345678901234567890123", "an integer"),
            ("-0", "an integer"),
            ("1e400", "a number with a fraction"),
        ] {
            assert_eq!(
                why::<String>(number),
                format!("`variable_x` expected a string, found {kind}")
            );
        }
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

    /// As serde_json refuses every number under `arbitrary_precision`.
    #[derive(Debug)]
    struct NoNumber;

    impl<'de> Deserialize<'de> for NoNumber {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            f64::deserialize(deserializer)?;
            Err(D::Error::invalid_type(
                Unexpected::Other("number"),
                &"a string",
            ))
        }
    }

    /// Reads nothing of its value.
    #[derive(Debug)]
    struct Blind;

    impl<'de> Deserialize<'de> for Blind {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            Ok(Self)
        }
    }

    #[test]
    fn a_number_is_one_with_arbitrary_precision_too() {
        assert_eq!(
            why::<NoNumber>("7"),
            "`variable_x` expected a string, found an integer"
        );
        assert_eq!(
            why::<Vec<NoNumber>>("[1.5]"),
            "`variable_x` at `[0]` expected a string, found a number with a fraction"
        );
    }

    #[test]
    fn a_type_that_reads_nothing_is_named() {
        assert_eq!(
            why::<Blind>("7"),
            "`variable_x` expected `Blind`, found an integer with more in it than that"
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
