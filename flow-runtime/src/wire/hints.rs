//! What the platform's `error` object adds to a message: the console's pages above all. The values in it are left out.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::raw::{first_elements, members, scalar};
use crate::error::foreign::{ID, NAME, SENTENCE, one_line};

/// More would hide what a message says, and how many there are is the server's choice.
const MOST: usize = 5;

/// A page's address is of no use unless it is whole.
const ADDRESS: usize = 500;

#[derive(Default)]
pub(super) struct Hints {
    pub(super) texts: Vec<String>,
    pub(super) log_id: Option<String>,
}

impl Hints {
    pub(super) fn read(error: &RawValue) -> Self {
        let keys = [
            "permission_violations",
            "field_violations",
            "helps",
            "logid",
        ];
        let [permissions, fields, helps, log_id] =
            members(error.get().as_bytes(), keys).unwrap_or([None; 4]);
        let [permissions, fields, helps] = [permissions, fields, helps].map(|list| {
            list.map(|list| first_elements(list, MOST))
                .unwrap_or_default()
        });
        let mut hints = Self {
            texts: Vec::new(),
            log_id: log_id.map(|id| own(id, ID)).filter(|id| !id.is_empty()),
        };
        for violation in permissions {
            // The address stands under either key.
            let [url, uri] = texts_of(violation, ["url", "uri"], ADDRESS);
            hints.add("grant it at ", if url.is_empty() { &uri } else { &url });
        }
        for violation in fields {
            let [field, description] = texts_of(violation, ["field", "description"], SENTENCE);
            if !field.is_empty() || !description.is_empty() {
                let field = one_line(&field, NAME);
                hints.add("field ", &format!("{field}: {description}"));
            }
        }
        for help in helps {
            let [url] = texts_of(help, ["url"], ADDRESS);
            hints.add("see ", &url);
        }
        hints
    }

    fn add(&mut self, label: &str, what: &str) {
        let is_new = !self.texts.iter().any(|text| text.ends_with(what));
        if self.texts.len() < MOST && !what.is_empty() && is_new {
            self.texts.push(format!("{label}{what}"));
        }
    }
}

fn texts_of<const N: usize>(object: &RawValue, keys: [&str; N], most: usize) -> [String; N] {
    let values = members(object.get().as_bytes(), keys).unwrap_or([None; N]);
    values.map(|value| value.map(|value| own(value, most)).unwrap_or_default())
}

/// A text as it may stand in a message.
fn own(value: &RawValue, most: usize) -> String {
    let text = scalar(value).unwrap_or(Cow::Borrowed(""));
    one_line(text.trim(), most).into_owned()
}
