//! The kinds of JSON values, with their articles: what a message says of a value in place of the value.

pub(crate) const STRING: &str = "a string";
pub(crate) const BOOLEAN: &str = "a boolean";
pub(crate) const LIST: &str = "a list";
pub(crate) const OBJECT: &str = "an object";
pub(crate) const NULL: &str = "null";
pub(crate) const INTEGER: &str = "an integer";
pub(crate) const FRACTION: &str = "a number with a fraction";
/// Either of the two.
pub(crate) const NUMBER: &str = "a number";

/// The kind of a JSON value, by its text.
pub(crate) fn kind(value: &str) -> &'static str {
    match value.as_bytes().first() {
        Some(b'"') => STRING,
        Some(b't' | b'f') => BOOLEAN,
        Some(b'[') => LIST,
        Some(b'{') => OBJECT,
        Some(b'n') => NULL,
        _ if value.contains(['.', 'e', 'E']) => FRACTION,
        _ => INTEGER,
    }
}
