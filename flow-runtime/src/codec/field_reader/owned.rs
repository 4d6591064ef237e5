//! An index that does not borrow its text, for outputs that are asked for one by one.

use std::borrow::Cow;
use std::ops::Range;

use super::FieldReader;
use super::index::{Entry, Index};
use crate::error::Result;

/// The api names of all outputs, and the positions of their values in the text.
pub(crate) struct OutputIndex(Vec<(String, Range<usize>)>);

impl OutputIndex {
    /// Parses the text of `out_params`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let entries = Index::parse(text)?.into_entries();
        let place = |value: &str| {
            // the value is a slice of the text
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

    /// The outputs; `text` must be the one that this was parsed from.
    pub(crate) fn outputs<'a>(&'a self, text: &'a str) -> FieldReader<'a> {
        let entries = self.0.iter().map(|(name, place)| Entry {
            name: Cow::Borrowed(&**name),
            text: text.get(place.clone()).unwrap_or_default(),
        });
        FieldReader::of(text, None, Some(Index::new(entries.collect())))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }
}
