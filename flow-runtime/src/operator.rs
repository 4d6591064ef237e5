//! The user on whose behalf a flow runs.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// The user of the low-code platform on whose behalf a flow runs: an id, an email, or both.
///
/// The id is the low-code platform's own `_id` of the user, a number; **not** an `open_id`.
/// ([document](https://open.feishu.cn/document/apaas-v1/flow/application-flow/execute), `operator`)
///
/// ```
/// use apaas_flow::Operator;
///
/// let operator = Operator::id(1111).with_email("apaas@bytedance.com");
/// let same = Operator::email("apaas@bytedance.com").with_id(1111);
/// assert_eq!(operator, same);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Operator {
    id: Option<i64>,
    email: Option<String>,
}

impl Operator {
    /// The user with this `_id` on the low-code platform.
    pub fn id(id: i64) -> Self {
        Self {
            id: Some(id),
            email: None,
        }
    }

    /// The user with this email on the low-code platform.
    pub fn email(email: impl Into<String>) -> Self {
        Self {
            id: None,
            email: Some(email.into()),
        }
    }

    /// Adds the `_id`.
    pub fn with_id(mut self, id: i64) -> Self {
        self.id = Some(id);
        self
    }

    /// Adds the email.
    pub fn with_email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    pub(crate) fn parts(&self) -> (Option<i64>, Option<&str>) {
        (self.id, self.email.as_deref())
    }

    /// Whether its email is blank; there is always an id or an email.
    pub(crate) fn is_empty(&self) -> bool {
        self.email
            .as_deref()
            .is_some_and(|email| email.trim().is_empty())
    }
}

impl Serialize for Operator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(id) = self.id {
            map.serialize_entry("_id", &id)?;
        }
        if let Some(email) = &self.email {
            map.serialize_entry("email", email)?;
        }
        map.end()
    }
}

/// Omits the email, which is personal data.
impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator")
            .field("id", &self.id)
            .field("email", &self.email.as_ref().map(|_| "***"))
            .finish()
    }
}
