//! What is wrong with a request.

/// How much of a wrong value is quoted, in characters.
const QUOTED: usize = 200;

/// One thing that is wrong with a request. The description holds names and kinds, never a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) field: String,
    pub(crate) value: String,
    pub(crate) description: String,
}

/// Everything that is wrong with a request, collected while it is read.
#[derive(Debug, Default)]
pub(super) struct Violations(Vec<Violation>);

impl Violations {
    pub(super) fn add(&mut self, field: &str, value: &str, description: impl Into<String>) {
        self.0.push(Violation {
            field: field.to_owned(),
            value: value.chars().take(QUOTED).collect(),
            description: description.into(),
        });
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// `request` if nothing is wrong with it.
    pub(super) fn or<T>(self, request: T) -> Result<T, Vec<Violation>> {
        if self.0.is_empty() {
            Ok(request)
        } else {
            Err(self.0)
        }
    }
}
