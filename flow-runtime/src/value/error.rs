//! Why something is no value of a kind.

use std::fmt;

/// Why a text, a number or another crate's value cannot become one of these types.
///
/// It says what the type can hold, never what it was given.
///
/// ```
/// use apaas_flow::value::Date;
///
/// let error = Date::new(2023, 2, 30).unwrap_err();
/// assert_eq!(error.to_string(), "a date is a day of the calendar, such as \"2023-05-10\", in the years 1 to 9999");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueError(pub(super) &'static str);

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for ValueError {}
