//! An output that does not fit its field.

use std::fmt;
use std::sync::Arc;

use super::foreign::{NAME, SENTENCE, one_line};

/// More are counted and not told: how many there are can be a server's choice.
const MOST: usize = 64;

/// Names of outputs that are there stand in it.
const MOST_FOUND: usize = 1500;

/// One output that could not be read into its field, or one input that could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// The api name.
    pub(crate) name: String,
    /// Where inside the value, such as `[2].price`; empty for the value itself.
    pub(crate) path: String,
    pub(crate) expected: String,
    /// A kind, such as `string`: never the value.
    pub(crate) found: String,
}

pub(super) fn write_field_errors(
    f: &mut fmt::Formatter<'_>,
    field_errors: &[Arc<FieldError>],
) -> fmt::Result {
    match field_errors.len() {
        1 => f.write_str("an output does not fit its field: ")?,
        n => write!(f, "{n} outputs do not fit their fields: ")?,
    }
    for (i, field_error) in field_errors.iter().take(MOST).enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{field_error}")?;
    }
    match field_errors.len().saturating_sub(MOST) {
        0 => Ok(()),
        more => write!(f, ", and {more} more"),
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", one_line(&self.name, NAME))?;
        if !self.path.is_empty() {
            write!(f, " at `{}`", one_line(&self.path, SENTENCE))?;
        }
        // A bare type of Rust's is set apart from the sentence.
        let quote = if self.expected.contains([' ', '`']) {
            ""
        } else {
            "`"
        };
        write!(
            f,
            " expected {quote}{}{quote}, found {}",
            one_line(&self.expected, SENTENCE),
            one_line(&self.found, MOST_FOUND)
        )
    }
}
