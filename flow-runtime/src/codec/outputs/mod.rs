//! The outputs of a run on their way out of the reply.
//!
//! The first reading takes each output where it stands, and holds for every usual reply. Where it meets something that it
//! cannot judge or that does not fit, all is read again out of an index of the whole list: what that says is the truth,
//! its errors above all. Most often that is the end; only where a function of the author's had no use for an empty value
//! under an `Option` it is called once more, and finds none there.

mod all;
mod in_place;
mod index;
mod owned;
mod value;

#[cfg(test)]
mod differential;
#[cfg(test)]
mod tests;

use std::any::type_name;
use std::cell::OnceCell;

use all::All;
use in_place::{GaveUp, InPlace};
use index::{Entry, Index};
pub(crate) use owned::OutputIndex;
use serde::de::Deserialize;
use serde_json::de::StrRead;
use value::Value;

use crate::codec::absent::absent;
use crate::codec::cursor::consumed;
use crate::codec::explain::explain_read;
use crate::codec::traced::{Empties, Trace, reread};
use crate::codec::{OutputValue, ValueDeserializer};
use crate::error::{Error, Result};

/// A run's outputs by api name, each read straight from the reply into its field.
///
/// What does not fit is remembered, so that the error of a call lists every bad output, not only the first: also those
/// that a handwritten [`Flow`](crate::Flow) went on after, if another fails in the end.
/// See [`Flow`](crate::Flow) for an example.
pub struct Outputs<'a> {
    text: &'a str,
    reading: Reading<'a>,
    /// All entries, should their names be asked for in the first reading.
    named: OnceCell<Vec<Entry<'a>>>,
    empties: Empties,
    /// Whether a function of the author's was given an empty value that is to be none.
    has_new_empty: bool,
}

enum Reading<'a> {
    First(InPlace<'a>),
    Second(Index<'a>),
}

impl<'a> Outputs<'a> {
    /// Reads all that a flow asks for; `read` is called once more where the first reading does not hold.
    ///
    /// This is compiled anew for each flow, so it is short.
    #[inline]
    pub(crate) fn read_all<T>(text: &'a str, read: impl Fn(&mut Self) -> Result<T>) -> Result<T> {
        Self::first(text)?.read_on(read)
    }

    /// What `read_all` has to give, without the first reading: the truth that it is held against.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn read_indexed<T>(
        text: &'a str,
        read: impl Fn(&mut Self) -> Result<T>,
    ) -> Result<T> {
        Self::parse(text)?.read_on(read)
    }

    #[inline]
    fn read_on<T>(mut self, read: impl Fn(&mut Self) -> Result<T>) -> Result<T> {
        loop {
            let error = match read(&mut self) {
                Ok(value) if self.holds() => return Ok(value),
                Ok(_) => None,
                Err(error) => Some(error),
            };
            self.read_again(error)?;
        }
    }

    /// For the first reading, where the text is a list as the platform writes it.
    fn first(text: &'a str) -> Result<Self> {
        match InPlace::new(text) {
            Some(in_place) => Ok(Self::of(text, Reading::First(in_place))),
            None => Self::parse(text),
        }
    }

    /// For the second reading, or for outputs that are read one by one. The text is that of `out_params`; `""` is no
    /// outputs.
    pub(crate) fn parse(text: &'a str) -> Result<Self> {
        Ok(Self::of(text, Reading::Second(Index::parse(text)?)))
    }

    fn of(text: &'a str, reading: Reading<'a>) -> Self {
        Self {
            text,
            reading,
            named: OnceCell::new(),
            empties: Empties::default(),
            has_new_empty: false,
        }
    }

    fn holds(&mut self) -> bool {
        match &mut self.reading {
            Reading::First(in_place) => in_place.holds(),
            Reading::Second(_) => !self.has_new_empty,
        }
    }

    /// Goes over to the second reading, or begins that anew; its own error is the end.
    fn read_again(&mut self, error: Option<Error>) -> Result<()> {
        match (&mut self.reading, error) {
            (Reading::Second(index), Some(error)) if !self.has_new_empty => {
                return Err(index.error_of_all(error));
            }
            _ => {}
        }
        let empties = std::mem::take(&mut self.empties);
        *self = Self::parse(self.text)?;
        self.empties = empties;
        Ok(())
    }

    /// The api names of all outputs, in the platform's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let entries = match &self.reading {
            // A malformed list has no names here, and the second reading says so.
            Reading::First(_) => self
                .named
                .get_or_init(|| index::all(self.text).unwrap_or_default()),
            Reading::Second(index) => index.entries(),
        };
        entries.iter().map(|entry| &*entry.name)
    }

    /// Reads an output. A missing one is an error unless the type accepts absence, as `Option` does.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it is missing or does not fit. Other outputs can be taken
    /// all the same: the call's error lists every one that failed.
    pub fn take<T: OutputValue>(&mut self, name: &str) -> Result<T> {
        match self.find(name)? {
            Some(value) => self.read(name, value),
            None => absent().ok_or_else(|| self.missing(name, type_name::<T>())),
        }
    }

    /// Reads an output that has a default for when it is missing or null.
    ///
    /// # Errors
    /// As [`take`](Self::take), if it is there and does not fit.
    pub fn take_or_default<T: OutputValue + Default>(&mut self, name: &str) -> Result<T> {
        match self.find(name)? {
            Some(value) => self
                .read::<Option<T>>(name, value)
                .map(Option::unwrap_or_default),
            None => Ok(T::default()),
        }
    }

    /// Reads an output and tells missing (`None`) from null (`Some(None)`).
    ///
    /// # Errors
    /// As [`take`](Self::take), if it is there and does not fit.
    pub fn take_nullable<T: OutputValue>(&mut self, name: &str) -> Result<Option<Option<T>>> {
        match self.find(name)? {
            Some(value) => self.read::<Option<T>>(name, value).map(Some),
            None => Ok(None),
        }
    }

    /// Reads an output with a function of yours, such as the `deserialize` of a `with` module.
    ///
    /// # Errors
    /// As [`take`](Self::take); a missing output is always one.
    pub fn take_with<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(ValueDeserializer<'_, 'a>) -> Result<T, serde_json::Error>,
    ) -> Result<T> {
        match self.find(name)? {
            Some(value) => self.read_with(name, value, read),
            None => Err(self.missing(name, type_name::<T>())),
        }
    }

    /// Reads an output with a function of yours, or takes the default when it is missing or null.
    ///
    /// # Errors
    /// As [`take`](Self::take), if it is there and does not fit.
    pub fn take_with_or_default<T: Default>(
        &mut self,
        name: &str,
        read: impl FnOnce(ValueDeserializer<'_, 'a>) -> Result<T, serde_json::Error>,
    ) -> Result<T> {
        match self.find_but_null(name)? {
            Some(value) => self.read_with(name, value, read),
            None => Ok(T::default()),
        }
    }

    /// Reads all outputs into one type, as an object whose keys are the api names.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) for the first output that does not fit: the type reads itself, and
    /// stops there.
    pub fn take_all<T: OutputValue>(&mut self) -> Result<T> {
        let read = T::deserialize(All {
            outputs: self,
            next: 0,
            value: None,
        });
        read.or_else(|error| self.all_refused(&error))
    }

    fn find(&mut self, name: &str) -> Result<Option<Value<'a>>> {
        match &mut self.reading {
            Reading::First(in_place) => in_place.find(name).map_err(unseen),
            Reading::Second(index) => index.find(name),
        }
    }

    /// As `find`, and a null is as good as none.
    fn find_but_null(&mut self, name: &str) -> Result<Option<Value<'a>>> {
        const NULL: &str = "null";

        match self.find(name)? {
            Some(value) if value.text.starts_with(NULL) => {
                self.was_read(value, NULL.len());
                Ok(None)
            }
            found => Ok(found),
        }
    }

    fn read<T: Deserialize<'a>>(&mut self, name: &str, value: Value<'a>) -> Result<T> {
        let mut deserializer = value.deserializer();
        let read = T::deserialize(&mut deserializer);
        match read.and_then(|read| self.end(value, deserializer).map(|()| read)) {
            Ok(read) => Ok(read),
            Err(error) => self.refused(name, value, &error),
        }
    }

    /// As `read`, but the author's function may leave what it does not want to know.
    fn read_with<T>(
        &mut self,
        name: &str,
        value: Value<'a>,
        read: impl FnOnce(ValueDeserializer<'_, 'a>) -> Result<T, serde_json::Error>,
    ) -> Result<T> {
        match &mut self.reading {
            Reading::First(in_place) => {
                let mut deserializer = value.deserializer();
                let read = read(ValueDeserializer::plain(&mut deserializer))
                    .map_err(|_| unseen(in_place.give_up()))?;
                self.was_read(value, consumed(deserializer));
                Ok(read)
            }
            Reading::Second(index) => {
                let trace = Trace::new(value.text, type_name::<T>(), &self.empties);
                let deserializer = ValueDeserializer::traced(trace.deserializer());
                read(deserializer).map_err(|error| {
                    let refusal = trace.refusal(&error);
                    self.has_new_empty |= self.empties.learn(&refusal);
                    index.fail(explain_read(name, value.text, &refusal, 0))
                })
            }
        }
    }

    /// Goes on behind a value that was read; an error if there is more of it.
    fn end(
        &mut self,
        value: Value<'a>,
        mut deserializer: serde_json::Deserializer<StrRead<'a>>,
    ) -> Result<(), serde_json::Error> {
        if value.is_open {
            self.was_read(value, consumed(deserializer));
            Ok(())
        } else {
            deserializer.end()
        }
    }

    fn was_read(&mut self, value: Value<'a>, length: usize) {
        if let (Reading::First(in_place), true) = (&mut self.reading, value.is_open) {
            in_place.pass_read(length);
        }
    }

    /// What is to be said of a value that its type refuses.
    #[cold]
    fn refused<T: Deserialize<'a>>(
        &mut self,
        name: &str,
        value: Value<'a>,
        error: &serde_json::Error,
    ) -> Result<T> {
        match &mut self.reading {
            Reading::First(in_place) => Err(unseen(in_place.give_up())),
            Reading::Second(index) => reread(value.text, error, &self.empties)
                .map_err(|refusal| index.fail(explain_read(name, value.text, &refusal, 0))),
        }
    }

    /// As `refused`, of all outputs together.
    #[cold]
    fn all_refused<T: OutputValue>(&mut self, error: &serde_json::Error) -> Result<T> {
        match &mut self.reading {
            Reading::First(in_place) => Err(unseen(in_place.give_up())),
            Reading::Second(index) => {
                let object = index.object();
                reread(&object, error, &self.empties).map_err(|refusal| {
                    let entry = refusal
                        .child_of_whole()
                        .and_then(|at| index.entries().get(at));
                    let field_error = match entry {
                        Some(entry) => explain_read(&entry.name, entry.text, &refusal, 1),
                        None => explain_read("out_params", &object, &refusal, 0),
                    };
                    index.fail(field_error)
                })
            }
        }
    }

    #[cold]
    fn missing(&mut self, name: &str, rust_type: &str) -> Error {
        match &mut self.reading {
            Reading::First(in_place) => unseen(in_place.give_up()),
            Reading::Second(index) => index.missing(name, rust_type),
        }
    }
}

/// An error that nobody sees, since all is read again. As a `From` it would make the inference of users' code ambiguous.
#[cold]
fn unseen(_: GaveUp) -> Error {
    Error::decode(Vec::new())
}

/// Without the values.
impl std::fmt::Debug for Outputs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
