//! Reads the outputs of a run from the reply.
//!
//! Each output of an ordinary reply is read in place. Where that meets something it cannot judge, or an output that does
//! not fit, the rest is read from an index of the whole list: the index is authoritative, above all for errors. Only if a
//! wrong value may have been handed out by then (a name that comes twice, a value that was not read to its end) is
//! everything read again, from the index alone.

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
use std::cell::{Cell, OnceCell};

use all::All;
use in_place::InPlace;
use index::{Entry, Index};
pub(crate) use owned::OutputIndex;
use serde::de::Deserialize;
use serde_json::de::StrRead;
use value::Value;

use crate::codec::absent::absent;
use crate::codec::cursor::consumed;
use crate::codec::explain::explain_read;
use crate::codec::traced::{Empties, Refusal, Trace, reread};
use crate::codec::{OutputValue, ValueDeserializer};
use crate::error::{Error, Result};

/// A run's outputs by api name, each read straight from the reply into its field.
///
/// Outputs that do not fit are remembered, so that the error of a call lists all of them, not only the first. That
/// includes those whose errors a handwritten [`Flow`](crate::Flow) ignored, if another output fails later.
/// See [`Flow`](crate::Flow) for an example.
pub struct FieldReader<'a> {
    text: &'a str,
    /// None once reading in place was given up.
    in_place: Option<InPlace<'a>>,
    /// None until it is needed.
    index: Option<Index<'a>>,
    /// Whether a wrong value may have been handed out.
    is_doubtful: bool,
    /// All entries, if their names are asked for before there is an index.
    named: OnceCell<Vec<Entry<'a>>>,
    empties: Empties,
}

impl<'a> FieldReader<'a> {
    /// Reads all that a flow asks for; `read` is called again if what it was given may be wrong.
    ///
    /// This is compiled once per flow, so it is short.
    #[inline]
    pub(crate) fn read_all<T>(text: &'a str, read: impl Fn(&mut Self) -> Result<T>) -> Result<T> {
        let mut outputs = Self::first(text);
        loop {
            let read = read(&mut outputs);
            if outputs.holds() {
                return read.map_err(|error| outputs.error_of_all(error));
            }
            outputs = Self::parse(text)?;
        }
    }

    /// What `read_all` must return, read from the index alone: tests compare the two.
    #[cfg(test)]
    pub(crate) fn read_indexed<T>(
        text: &'a str,
        read: impl Fn(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let mut outputs = Self::parse(text)?;
        read(&mut outputs).map_err(|error| outputs.error_of_all(error))
    }

    /// Reads in place as long as possible.
    pub(crate) fn first(text: &'a str) -> Self {
        Self::of(text, Some(InPlace::new(text)), None)
    }

    /// Reads from the index alone. The text is that of `out_params`; `""` is no outputs.
    pub(crate) fn parse(text: &'a str) -> Result<Self> {
        Ok(Self::of(text, None, Some(Index::parse(text)?)))
    }

    fn of(text: &'a str, in_place: Option<InPlace<'a>>, index: Option<Index<'a>>) -> Self {
        Self {
            text,
            in_place,
            index,
            is_doubtful: false,
            named: OnceCell::new(),
            empties: Empties::default(),
        }
    }

    /// Whether all that was handed out is right; if not, everything must be read again, from the index alone.
    pub(crate) fn holds(&mut self) -> bool {
        !self.is_doubtful && self.in_place.as_mut().is_none_or(InPlace::holds)
    }

    /// As [`holds`](Self::holds), for a reader that is no longer needed.
    pub(crate) fn settle(mut self) -> bool {
        self.holds()
    }

    /// The error of all outputs, after one that ended the reading; none if everything must be read again.
    pub(crate) fn conclude(mut self, error: Error) -> Option<Error> {
        self.holds().then(|| self.error_of_all(error))
    }

    #[cold]
    fn error_of_all(&mut self, error: Error) -> Error {
        match &mut self.index {
            Some(index) => index.error_of_all(error),
            None => error,
        }
    }

    /// The index, from which everything is read from now on. A malformed list has none: its error is the call's.
    #[cold]
    fn index(&mut self) -> Result<&mut Index<'a>> {
        let index = match self.index.take() {
            Some(index) => index,
            None => Index::parse(self.text).inspect_err(|_| self.is_doubtful = true)?,
        };
        if let Some(in_place) = self.in_place.take() {
            self.is_doubtful |= in_place.has_misread() || index.has_repeated_name();
        }
        Ok(self.index.insert(index))
    }

    /// The api names of all outputs, in the platform's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let entries = match &self.index {
            Some(index) => index.entries(),
            // A malformed list has no names here; the index reports it.
            None => self
                .named
                .get_or_init(|| index::all(self.text).unwrap_or_default()),
        };
        entries.iter().map(|entry| &*entry.name)
    }

    /// Reads an output. A missing one is an error unless the type accepts absence, as `Option` does.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it is missing or does not fit. Other outputs can still
    /// be taken: the call's error lists every one that failed.
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

    /// Reads an output, and distinguishes missing (`None`) from null (`Some(None)`).
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
    /// As [`take`](Self::take); a missing output is always an error.
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
        T::deserialize(All::of(self, None)).or_else(|error| self.all_refused(&error))
    }

    fn find(&mut self, name: &str) -> Result<Option<Value<'a>>> {
        if let Some(in_place) = &mut self.in_place {
            if let Ok(found) = in_place.find(name) {
                return Ok(found);
            }
        }
        self.index()?.find(name)
    }

    /// As `find`, but null counts as missing.
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
            Err(error) => self.refused(name, value, &error),
        }
    }

    /// Continues after a value that was read; an error if part of the value was left unread.
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
        if let (Some(in_place), true) = (&mut self.in_place, value.is_open) {
            in_place.pass_read(length);
        }
    }

    fn read_with<T>(
        &mut self,
        name: &str,
        value: Value<'a>,
        read: impl FnOnce(ValueDeserializer<'_, 'a>) -> Result<T, serde_json::Error>,
    ) -> Result<T> {
        if self.in_place.is_none() {
            return self.read_traced(name, value, read);
        }
        let (mut deserializer, was_refused) = (value.deserializer(), Cell::new(false));
        match read(ValueDeserializer::plain(&mut deserializer, &was_refused)) {
            Ok(read) => {
                let length = consumed(deserializer);
                // it read nothing, or recovered from an error
                let is_unread = length == 0 || was_refused.get();
                match &mut self.in_place {
                    Some(in_place) if value.is_open && is_unread => drop(in_place.skip()),
                    Some(in_place) if value.is_open => in_place.pass_read(length),
                    // a number was read only in part: an error, which the second reading reports
                    _ => self.is_doubtful |= !is_unread && length < value.text.len(),
                }
                Ok(read)
            }
            Err(error) => {
                // the function can be called only once, so its first error is all there is
                self.is_doubtful = true;
                let index = self.index()?;
                let text = index.find(name)?.map_or("null", |value| value.text);
                let refusal = Refusal::of_whole(text, type_name::<T>(), &error);
                Err(index.fail(explain_read(name, text, &refusal, 0)))
            }
        }
    }

    /// As `read_with`, from the index, with a trace so that an error can say where.
    fn read_traced<T>(
        &mut self,
        name: &str,
        value: Value<'a>,
        read: impl FnOnce(ValueDeserializer<'_, 'a>) -> Result<T, serde_json::Error>,
    ) -> Result<T> {
        let trace = Trace::new(value.text, type_name::<T>(), &self.empties);
        match read(ValueDeserializer::traced(trace.deserializer())) {
            Ok(read) => Ok(read),
            Err(error) => {
                let refusal = trace.refusal(&error);
                let field_error = explain_read(name, value.text, &refusal, 0);
                Err(self.index()?.fail(field_error))
            }
        }
    }

    /// Handles a value that its type refuses.
    #[cold]
    fn refused<T: Deserialize<'a>>(
        &mut self,
        name: &str,
        value: Value<'a>,
        error: &serde_json::Error,
    ) -> Result<T> {
        if self.in_place.is_some() {
            if let Some(value) = self.index()?.find(name)? {
                return self.read(name, value);
            }
            // In place it was found, so something about the reply is odd: the index decides.
            self.is_doubtful = true;
            return Err(self.missing(name, type_name::<T>()));
        }
        let refused = reread(value.text, error, &self.empties, |trace| {
            T::deserialize(trace.deserializer())
        });
        match refused {
            Ok(read) => Ok(read),
            Err(refusal) => {
                let field_error = explain_read(name, value.text, &refusal, 0);
                Err(self.index()?.fail(field_error))
            }
        }
    }

    /// As `refused`, for all outputs together.
    #[cold]
    fn all_refused<T: OutputValue>(&mut self, error: &serde_json::Error) -> Result<T> {
        if self.in_place.is_some() {
            self.index()?;
            return self.take_all();
        }
        let (text, empties) = (self.text, std::mem::take(&mut self.empties));
        let refused = reread(text, error, &empties, |trace| {
            T::deserialize(All::of(self, Some(trace)))
        });
        self.empties = empties;
        refused.or_else(|refusal| {
            let index = self.index()?;
            let child = refusal.child_of_whole();
            let field_error = match child.and_then(|child| index.entries().get(child)) {
                Some(entry) => explain_read(&entry.name, entry.text, &refusal, 1),
                None => explain_read("out_params", text, &refusal, 0),
            };
            Err(index.fail(field_error))
        })
    }

    #[cold]
    fn missing(&mut self, name: &str, rust_type: &str) -> Error {
        match self.index() {
            Ok(index) => index.missing(name, rust_type),
            Err(malformed) => malformed,
        }
    }
}

/// For generated code: an output that does not fit is `None`, and [`failure`](Self::failure) returns the errors in the end.
///
/// An app may have hundreds of flows, and this code is compiled in the app. A `Result` per output would need a `?`, and
/// drop code on each exit path: three functions per output. An `Option` is matched together with all the others.
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

    /// The result if an output has failed.
    pub fn failure<T>(&self) -> Result<T> {
        Err(self.failed())
    }

    /// Separate, since `failure` is compiled for each flow.
    fn failed(&self) -> Error {
        // there is no index only if the list is malformed, and then that is the call's error
        let failed = self.index.as_ref().map(Index::failed);
        failed.unwrap_or_else(|| Error::decode(Vec::new()))
    }
}

/// Names only, no values.
impl std::fmt::Debug for FieldReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
