//! The mark in the first line of what is generated, by which an edited file is known.

use sha2::{Digest as _, Sha256};

/// The source with the mark of its other lines at the end of its first.
pub(super) fn marked(source: &str) -> String {
    let (first, rest) = source.split_once('\n').unwrap_or((source, ""));
    format!("{first} {}\n{rest}", of(rest))
}

/// Whether a file is as it was written: with the mark of its other lines.
pub(super) fn is_unedited(text: &str) -> bool {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    first.ends_with(&of(rest))
}

/// The text without Windows' line ends, which a checkout may add.
pub(super) fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// A hash that stays the same from version to version.
fn of(rest: &str) -> String {
    format!(
        "Overwritten only while unedited: {:.16x}",
        Sha256::digest(rest)
    )
}
