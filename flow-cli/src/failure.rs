//! A mistake in the user's arguments, settings or inputs. Nothing was sent.

use std::fmt::{self, Display};
use std::io::{self, Write as _};

/// The exit status of such a mistake.
pub(crate) const USAGE: u8 = 2;

/// What is wrong, and the cure.
#[derive(Debug, PartialEq)]
pub(crate) struct Mistake(pub(crate) String);

impl Mistake {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Errors from building settings, names or inputs, before anything is sent.
impl From<apaas_flow::Error> for Mistake {
    fn from(error: apaas_flow::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Errors of a journal that cannot be used.
impl From<apaas_flow_bulk::Error> for Mistake {
    fn from(error: apaas_flow_bulk::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes to stdout. If nobody reads it any more, there is nobody to tell.
pub(crate) fn print(text: &str) {
    let mut stdout = io::stdout();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// Writes a line to stderr.
pub(crate) fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "apaas-flow: {line}");
}
