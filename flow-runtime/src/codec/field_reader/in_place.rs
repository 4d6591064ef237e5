//! The first reading: each output where it stands in the reply, if it comes in the order in which it is asked for.

use std::borrow::Cow;

use super::index::Entry;
use super::value::Value;
use crate::codec::entries::MOST;
use crate::codec::pairs::{Pairs, Upcoming};

/// The list of outputs on its way past.
pub(super) struct InPlace<'a> {
    pairs: Pairs<'a>,
    /// What was passed on the way to the outputs that were asked for, they included.
    passed: Vec<Entry<'a>>,
    /// Whether something was met that only the second reading tells the truth about.
    gave_up: bool,
}

/// The answer is the second reading's.
#[derive(Clone, Copy)]
pub(super) struct GaveUp;

impl<'a> InPlace<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            pairs: Pairs::new(text),
            passed: Vec::with_capacity(8),
            gave_up: false,
        }
    }

    pub(super) fn give_up(&mut self) -> GaveUp {
        self.gave_up = true;
        GaveUp
    }

    pub(super) fn passed(&self) -> &[Entry<'a>] {
        &self.passed
    }

    /// The value under a name, in place if it is the upcoming one.
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

    /// Notes that the upcoming value was read, and goes on behind it.
    pub(super) fn pass_read(&mut self, length: usize) {
        if let Ok(Upcoming::Output(name)) = self.upcoming() {
            let text = self.pairs.pass_read(length);
            // what comes of it is asked before anything that was read is believed
            let _ = self.note(name, text);
        }
    }

    /// Passes the upcoming value without a look at it.
    pub(super) fn skip(&mut self) -> Result<(), GaveUp> {
        match self.upcoming()? {
            Upcoming::Output(name) => self.pass_unread(name),
            Upcoming::End => Ok(()),
        }
    }

    /// Whether all that was read is true: the rest of the list is well-formed, and no name comes twice in it.
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
            // Where it was given up the cursor stands still, and the same output would come for ever.
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
