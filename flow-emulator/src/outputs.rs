//! A file of outputs, such as `--flow` names.

use std::path::Path;

use crate::file::{self, Place};
use crate::json::{Object, kind};

/// The JSON object in a file, or where in the file something else stands.
pub(crate) fn read(path: &Path) -> Result<Object, String> {
    let text = file::read(path)?;
    serde_json::from_str(&text).map_err(|error| {
        let start = text.trim_start();
        let (place, what) = if error.is_data() && !start.starts_with('{') {
            let before = text.len() - start.len();
            let found = kind(start);
            (
                Place::behind(text.get(..before).unwrap_or_default()),
                format!("outputs are a JSON object such as {{\"variable_total\": \"128.50\"}}, not {found}"),
            )
        } else {
            file::explain(&error, &text)
        };
        format!("{}:{place}: {what}", path.display())
    })
}
