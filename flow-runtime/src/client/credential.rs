//! An app's id and secret, as they are given in variables and files. Errors end a sentence that begins with where the
//! value is, and never have the value.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

/// Of a file: more than any secret has.
const MOST: u64 = 64 * 1024;

/// The secret in a file.
pub fn of_file(path: impl AsRef<Path>) -> Result<String, String> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MOST).read_to_string(&mut text));
    read.map_err(|error| match error.kind() {
        ErrorKind::InvalidData => "is not UTF-8; save it as plain UTF-8 text".to_owned(),
        _ => format!("cannot be read: {error}"),
    })?;
    // Notepad and PowerShell begin a file with a byte order mark
    match text.trim_start_matches('\u{feff}').trim() {
        "" => Err("is empty".to_owned()),
        text if text.contains(char::is_control) => {
            Err("has several lines or control characters; it must hold the secret alone".to_owned())
        }
        secret => without_quotes(secret.to_owned()),
    }
}

/// The value, which has no quotes around it: a shell takes them away, and what reads an env file may not.
pub fn without_quotes(value: String) -> Result<String, String> {
    let is_in = |quote| {
        let inside = value.strip_prefix(quote);
        inside.is_some_and(|inside| inside.ends_with(quote))
    };
    if is_in('"') || is_in('\'') {
        return Err("is in quotes, which would be sent as part of it; remove them".to_owned());
    }
    Ok(value)
}
