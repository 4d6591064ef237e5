//! What a reply and a contract do not agree on.

use std::fmt;

use crate::json::{self, Json, Value};

/// An output on which a contract and a reply do not agree: `{ "output": .., "contract": .., "reply": .. }`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The output's api name.
    pub output: String,
    /// The contract's type, or [`Conflict::NOT_OPTIONAL`].
    pub contract: String,
    /// The shape in the reply.
    pub reply: String,
}

impl Conflict {
    /// The contract says that the output is always there, and the reply lacks it.
    pub const NOT_OPTIONAL: &'static str = "not optional";

    /// As the recorder writes them, whatever a person has added; nothing else in the list is ours.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let Value::Object(members) = Json::parse(text).ok()?.value else {
            return None;
        };
        let member = |name: &str| {
            let (_, value) = members.iter().find(|(key, _)| key.name == name)?;
            match &value.value {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            }
        };
        Some(Self {
            output: member("output")?,
            contract: member("contract")?,
            reply: member("reply")?,
        })
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"{{ "output": {}, "contract": {}, "reply": {} }}"#,
            json::quoted(&self.output),
            json::quoted(&self.contract),
            json::quoted(&self.reply)
        )
    }
}
