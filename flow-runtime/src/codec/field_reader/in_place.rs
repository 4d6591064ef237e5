//! Reads each output in place, as long as they are asked for in the reply's order.

use std::borrow::Cow;

use super::index::Entry;
use super::value::Value;
use crate::codec::entries::MOST;
use crate::codec::pairs::{Pairs, Upcoming};

/// A pass over the list of outputs.
pub(super) struct InPlace<'a> {
    pairs: Pairs<'a>,
    /// The entries passed so far, those that were asked for included.
    passed: Vec<Entry<'a>>,
    /// Whether something was met that only the index can judge.
    gave_up: bool,
    /// Whether that was directly after a value that was handed out, and so may be a part of it.
    has_misread: bool,
}

/// The index has to answer.
#[derive(Clone, Copy)]
pub(super) struct GaveUp;

impl<'a> InPlace<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            pairs: Pairs::new(text),
            passed: Vec::with_capacity(8),
            gave_up: false,
            has_misread: false,
        }
    }

    fn give_up(&mut self) -> GaveUp {
        self.gave_up = true;
        GaveUp
    }

    pub(super) fn has_misread(&self) -> bool {
        self.has_misread
    }

    pub(super) fn passed(&self) -> &[Entry<'a>] {
        &self.passed
    }

    /// The value of a name, in place if it comes next.
    pub(super) fn find(&mut self, name: &str) -> Result<Option<Value<'a>>, GaveUp> {
        let mut upcoming = self.upcoming()?;
        if upcoming != Upcoming::Output(name) {
            if let Some(entry) = self.passed.iter().find(|entry| entry.name == name) {
                return Ok(Some(Value::closed(entry.text)));
            }
        }
        loop {
            match upcoming {
                Upcoming::Output(found) if found == name => {
                    return Ok(Some(Value::open(self.pairs.rest())));
                }
                Upcoming::Output(other) => self.pass_unread(other)?,
                Upcoming::End => return Ok(None),
            }
            upcoming = self.upcoming()?;
        }
    }

    /// The upcoming pair's name and value; none at the end of the list.
    pub(super) fn next(&mut self) -> Result<Option<(&'a str, Value<'a>)>, GaveUp> {
        Ok(match self.upcoming()? {
            Upcoming::Output(name) => Some((name, Value::open(self.pairs.rest()))),
            Upcoming::End => None,
        })
    }

    /// Records that the upcoming value was read, and continues after it.
    pub(super) fn pass_read(&mut self, length: usize) {
        if let Ok(Upcoming::Output(name)) = self.upcoming() {
            let text = self.pairs.pass_read(length);
            self.has_misread = self.note(name, text).is_err();
        }
    }

    /// Skips the upcoming value, which was handed out but not read.
    pub(super) fn skip(&mut self) -> Result<(), GaveUp> {
        match self.upcoming()? {
            Upcoming::Output(name) => self
                .pass_unread(name)
                .inspect_err(|GaveUp| self.has_misread = true),
            Upcoming::End => Ok(()),
        }
    }

    /// Whether all that was read is right: the rest of the list is well-formed, and no name comes twice.
    pub(super) fn holds(&mut self) -> bool {
        while !self.gave_up {
            match self.upcoming() {
                Ok(Upcoming::Output(name)) => drop(self.pass_unread(name)),
                Ok(Upcoming::End) => return !super::index::has_repeated_name(&self.passed),
                Err(GaveUp) => {}
            }
        }
        false
    }

    #[inline]
    fn upcoming(&mut self) -> Result<Upcoming<'a>, GaveUp> {
        match self.pairs.upcoming() {
            // After giving up, the cursor no longer moves: the same output would come forever.
            Some(upcoming) if !self.gave_up => Ok(upcoming),
            _ => Err(self.give_up()),
        }
    }

    fn pass_unread(&mut self, name: &'a str) -> Result<(), GaveUp> {
        let text = self.pairs.pass_unread();
        self.note(name, text)
    }

    fn note(&mut self, name: &'a str, text: Option<&'a str>) -> Result<(), GaveUp> {
        let Some(text) = text.filter(|_| self.passed.len() < MOST) else {
            return Err(self.give_up());
        };
        self.passed.push(Entry {
            name: Cow::Borrowed(name),
            text,
        });
        Ok(())
    }
}
