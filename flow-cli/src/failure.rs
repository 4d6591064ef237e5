//! What keeps a command from doing what it was asked to: mostly a mistake in the user's arguments, settings or inputs,
//! and then nothing was sent.

use std::fmt::{self, Display};
use std::io::{self, Write as _};
use std::process::ExitCode;

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

/// How a command ends: its exit status, or that of a mistake, which is told.
pub(crate) fn exit_code(end: Result<u8, Mistake>) -> ExitCode {
    ExitCode::from(end.unwrap_or_else(|mistake| {
        complain(mistake);
        USAGE
    }))
}

/// Writes to stdout. What cannot be written is in the mistake: it may be all that is known of a run.
pub(crate) fn print(text: &str) -> Result<(), Mistake> {
    let mut stdout = io::stdout();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    written.or_else(|error| {
        unwritten(&error).map_err(|mistake| {
            Mistake(format!(
                "{mistake}; this is what could not be written:\n{}",
                text.trim_end()
            ))
        })
    })
}

/// Of an error of stdout: if nobody reads it any more, there is nobody to tell.
pub(crate) fn unwritten(error: &io::Error) -> Result<(), Mistake> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Mistake(format!("cannot write to stdout: {error}"))),
    }
}

/// Writes lines to stderr.
pub(crate) fn complain(lines: impl Display) {
    let lines = lines.to_string();
    let lines: Vec<_> = lines.split('\n').map(printable).collect();
    let _ = writeln!(io::stderr(), "apaas-flow: {}", lines.join("\n"));
}

/// Text from elsewhere, made safe for a terminal: what controls it, or turns the direction of writing, has no effect.
pub(crate) fn printable(text: &str) -> String {
    let controls = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(controls, "\u{fffd}")
}
