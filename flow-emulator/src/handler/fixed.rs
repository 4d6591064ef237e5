//! A flow that gives the same outputs every time, such as `--flow` reads from a file.

use std::path::Path;

#[cfg(feature = "cli")]
use crate::handler::Description;
use crate::handler::failure::Failure;
use crate::handler::file::{self, Place};
use crate::handler::params::Params;
use crate::handler::{Handler, Run};
use crate::json::{Object, kind};

/// Answers every run with these outputs.
pub(crate) struct FixedHandler(Object);

impl FixedHandler {
    #[cfg(feature = "cli")]
    pub(crate) fn new(outputs: Object) -> Self {
        Self(outputs)
    }

    /// Reads the outputs from a file; the error says what else it holds, and where.
    pub(crate) fn from_file(path: &Path) -> Result<Self, String> {
        let text = file::read(path)?;
        serde_json::from_str(&text).map(Self).map_err(|error| {
            let start = text.trim_start();
            let (place, what) = if error.is_data() && !start.starts_with('{') {
                let before = text.len() - start.len();
                let found = kind(start);
                (
                    Place::behind(text.get(..before).unwrap_or_default()),
                    format!("expected a JSON object of outputs such as {{\"variable_total\": \"128.50\"}}, found {found}"),
                )
            } else {
                file::explain(&error, &text)
            };
            format!("{}:{place}: {what}", path.display())
        })
    }
}

impl Handler for FixedHandler {
    fn prepare<'a>(&'a self, _: &'a Params) -> Result<Run<'a>, Failure> {
        Ok(Box::new(|| Ok(self.0.clone())))
    }

    #[cfg(feature = "cli")]
    fn description(&self) -> Description {
        Description {
            contract: None,
            outputs: Some(self.0.clone()),
        }
    }
}
