//! Files that users write: their texts, and the places in them.

use std::fmt;
use std::fs;
use std::path::Path;

/// From 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    line: usize,
    column: usize,
}

impl Place {
    /// Where `text` ends.
    pub(crate) fn behind(text: &str) -> Self {
        let last = text.rsplit('\n').next().unwrap_or_default();
        Self {
            line: text.matches('\n').count() + 1,
            column: last.chars().count() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A file's text.
pub(crate) fn text(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// A file's text, without the mark that an editor on Windows may have put at its start.
pub(crate) fn read(file: &Path) -> Result<String, String> {
    let mut text = text(file)?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

/// Where in `text` an error stands, and what it says besides.
pub(crate) fn explain(error: &serde_json::Error, text: &str) -> (Place, String) {
    let (line, bytes) = (error.line(), error.column());
    let what = error.to_string();
    let place = format!(" at line {line} column {bytes}");
    let what = what.strip_suffix(&place).unwrap_or(&what).to_owned();
    let before = text.split('\n').nth(line.saturating_sub(1));
    let column = before
        .unwrap_or_default()
        .bytes()
        .take(bytes)
        .filter(|byte| byte & 0xC0 != 0x80)
        .count();
    let column = column.max(1);
    (Place { line, column }, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(Place::behind("").to_string(), "1:1");
        assert_eq!(Place::behind("{\n \"流程\":").to_string(), "2:7");
        let text = "{\n \"流程\": x}";
        let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
        let (place, what) = explain(&error, text);
        assert_eq!(
            (place.to_string().as_str(), what.as_str()),
            ("2:8", "expected value")
        );
    }
}
