//! An index that outlives the text it was made of, for outputs that are asked for one by one.

use std::borrow::Cow;
use std::ops::Range;

use super::index::{Entry, Index};
use super::{FieldReader, Reading};
use crate::error::Result;

/// The api names of all outputs, and where in the text their values stand.
pub(crate) struct OutputIndex(Vec<(String, Range<usize>)>);

impl OutputIndex {
    /// From the text of `out_params`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let entries = Index::parse(text)?.into_entries();
        let place = |value: &str| {
            // serde_json gives a value as a part of the text
            let start = (value.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            start..start + value.len()
        };
        Ok(Self(
            entries
                .into_iter()
                .map(|entry| (entry.name.into_owned(), place(entry.text)))
                .collect(),
        ))
    }

    /// The outputs of the text that this was made of.
    pub(crate) fn outputs<'a>(&'a self, text: &'a str) -> FieldReader<'a> {
        let entries = self.0.iter().map(|(name, place)| Entry {
            name: Cow::Borrowed(&**name),
            text: text.get(place.clone()).unwrap_or_default(),
        });
        FieldReader::of(text, Reading::Second(Index::new(entries.collect())))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }
}
