//! A file of outputs, such as `--flow` names.

use std::fs;
use std::path::Path;

use crate::json::{Object, kind};

/// The JSON object in a file, or where in the file something else stands.
pub(crate) fn read(file: &Path) -> Result<Object, String> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("cannot read {name}: {error}"))?;
    // an editor on Windows may have put a mark at the start
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    serde_json::from_str(text).map_err(|error| {
        let start = text.trim_start();
        if error.is_data() && !start.starts_with('{') {
            let before = text.len() - start.len();
            let (line, column) = place(text.get(..before).unwrap_or_default());
            let found = kind(text);
            return format!(
                "{name}:{line}:{column}: outputs are a JSON object such as {{\"variable_total\": \"128.50\"}}, not {found}"
            );
        }
        let (line, column) = (error.line(), error.column());
        let what = error.to_string();
        let place = format!(" at line {line} column {column}");
        let what = what.strip_suffix(&place).unwrap_or(&what);
        format!("{name}:{line}:{column}: {what}")
    })
}

/// The line and column that follow `text`, counted from 1.
fn place(text: &str) -> (usize, usize) {
    let line = text.matches('\n').count() + 1;
    let last = text.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}
