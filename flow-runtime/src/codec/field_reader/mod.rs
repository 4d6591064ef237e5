//! The outputs of a run on their way out of the reply.
//!
//! They are read twice at most. The first reading takes each output where it stands, and holds for every usual reply.
//! Where it meets something that it cannot judge or that does not fit, all is read again out of an index of the whole
//! list: what that says is the truth, its errors above all.

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
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

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
use crate::codec::{OutputValue, ValueDeserializer};
use crate::error::{Error, Result};

/// A run's outputs by api name, each read straight from the reply into its field.
///
/// What does not fit is remembered, so that the error of a call lists every bad output, not only the first: also those
/// that a handwritten [`Flow`](crate::Flow) went on after, if another fails in the end.
/// See [`Flow`](crate::Flow) for an example.
pub struct FieldReader<'a> {
    text: &'a str,
    reading: Reading<'a>,
    /// All entries, should their names be asked for in the first reading.
    named: OnceCell<Vec<Entry<'a>>>,
}

enum Reading<'a> {
    First(InPlace<'a>),
    Second(Index<'a>),
}

impl<'a> FieldReader<'a> {
    /// Reads all that a flow asks for; `read` is called once more where the first reading does not hold.
    ///
    /// This is compiled anew for each flow, so it is short.
    #[inline]
    pub(crate) fn read_all<T>(text: &'a str, read: impl Fn(&mut Self) -> Result<T>) -> Result<T> {
        let mut outputs = Self::first(text);
        loop {
            let error = match read(&mut outputs) {
                Ok(value) if outputs.holds() => return Ok(value),
                Ok(_) => None,
                Err(error) => outputs.end(error),
            };
            match error {
                Some(error) => return Err(error),
                None => outputs = Self::parse(text)?,
            }
        }
    }

    /// What `read_all` has to give, in one reading: the truth that it is held against.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn read_indexed<T>(
        text: &'a str,
        read: impl Fn(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let mut outputs = Self::parse(text)?;
        read(&mut outputs).map_err(|error| outputs.end(error).unwrap_or_else(|| unseen(GaveUp)))
    }

    /// For the first reading.
    pub(crate) fn first(text: &'a str) -> Self {
        Self::of(text, Reading::First(InPlace::new(text)))
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
        }
    }

    /// Whether all that was read is true; if not, all has to be read again.
    pub(crate) fn holds(&mut self) -> bool {
        match &mut self.reading {
            Reading::First(in_place) => in_place.holds(),
            Reading::Second(_) => true,
        }
    }

    /// The error of all outputs, after one that ended the reading; none if all has to be read again.
    pub(crate) fn end(&mut self, error: Error) -> Option<Error> {
        match &mut self.reading {
            Reading::First(_) => None,
            Reading::Second(index) => Some(index.error_of_all(error)),
        }
    }

    /// As [`holds`](Self::holds), of outputs that are done with.
    pub(crate) fn settle(mut self) -> bool {
        self.holds()
    }

    /// As [`end`](Self::end), of outputs that are done with.
    pub(crate) fn conclude(mut self, error: Error) -> Option<Error> {
        self.end(error)
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
        match self.find_but_null(name)? {
            Some(value) => self.read(name, value),
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
        let reading = Cell::new(None);
        let read = T::deserialize(All {
            outputs: self,
            next: 0,
            value: None,
            reading: &reading,
        });
        read.map_err(|error| self.misfit_in_all(reading.take(), &error, type_name::<T>()))
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
        match read.and_then(|read| self.end_of(value, deserializer).map(|()| read)) {
            Ok(read) => Ok(read),
            Err(error) => Err(self.misfit(name, value, &error, type_name::<T>())),
        }
    }

    /// As `read`, but the author's function may leave what it does not want to know.
    fn read_with<T>(
        &mut self,
        name: &str,
        value: Value<'a>,
        read: impl FnOnce(ValueDeserializer<'_, 'a>) -> Result<T, serde_json::Error>,
    ) -> Result<T> {
        let mut deserializer = value.deserializer();
        match read(&mut deserializer) {
            Ok(read) => {
                self.was_read(value, consumed(deserializer));
                Ok(read)
            }
            Err(error) => Err(self.misfit(name, value, &error, type_name::<T>())),
        }
    }

    /// Goes on behind a value that was read; an error if there is more of it.
    fn end_of(
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

    /// The error of a value that its type refuses.
    #[cold]
    fn misfit(
        &mut self,
        name: &str,
        value: Value<'a>,
        error: &serde_json::Error,
        rust_type: &str,
    ) -> Error {
        match &mut self.reading {
            Reading::First(in_place) => unseen(in_place.give_up()),
            Reading::Second(index) => index.fail(explain_read(name, value.text, error, rust_type)),
        }
    }

    #[cold]
    fn misfit_in_all(
        &mut self,
        reading: Option<(Cow<'a, str>, &'a str)>,
        error: &serde_json::Error,
        rust_type: &str,
    ) -> Error {
        let (name, text) = reading.unwrap_or((Cow::Borrowed("out_params"), "{}"));
        self.misfit(&name, Value::closed(text), error, rust_type)
    }

    #[cold]
    fn missing(&mut self, name: &str, rust_type: &str) -> Error {
        match &mut self.reading {
            Reading::First(in_place) => unseen(in_place.give_up()),
            Reading::Second(index) => index.missing(name, rust_type),
        }
    }
}

/// For generated code: an output that does not fit is none, and [`failure`](Self::failure) says in the end what is wrong.
///
/// An app may have hundreds of flows, and reading them is compiled in the app. A `Result` for each output would be
/// dropped there on each way out and asked by a `?`, which is three functions an output; an `Option` is matched together
/// with all others.
#[doc(hidden)]
impl<'a> FieldReader<'a> {
    /// As [`take`](Self::take).
    pub fn get<T: OutputValue>(&mut self, name: &str) -> Option<T> {
        self.take(name).ok()
    }

    /// As [`take_or_default`](Self::take_or_default).
    pub fn get_or_default<T: OutputValue + Default>(&mut self, name: &str) -> Option<T> {
        self.take_or_default(name).ok()
    }

    /// As [`take_nullable`](Self::take_nullable).
    pub fn get_nullable<T: OutputValue>(&mut self, name: &str) -> Option<Option<Option<T>>> {
        self.take_nullable(name).ok()
    }

    /// As [`take_with`](Self::take_with).
    pub fn get_with<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(ValueDeserializer<'_, 'a>) -> Result<T, serde_json::Error>,
    ) -> Option<T> {
        self.take_with(name, read).ok()
    }

    /// As [`take_with_or_default`](Self::take_with_or_default).
    pub fn get_with_or_default<T: Default>(
        &mut self,
        name: &str,
        read: impl FnOnce(ValueDeserializer<'_, 'a>) -> Result<T, serde_json::Error>,
    ) -> Option<T> {
        self.take_with_or_default(name, read).ok()
    }

    /// The end where one has failed.
    pub fn failure<T>(&self) -> Result<T> {
        Err(self.failed())
    }

    /// Apart, since `failure` is compiled for each flow.
    fn failed(&self) -> Error {
        match &self.reading {
            Reading::First(_) => unseen(GaveUp),
            Reading::Second(index) => index.failed(),
        }
    }
}

/// An error that nobody sees, since all is read again. As a `From` it would make the inference of users' code ambiguous.
#[cold]
fn unseen(_: GaveUp) -> Error {
    Error::decode(Vec::new())
}

/// Without the values.
impl std::fmt::Debug for FieldReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
