//! The outputs of a run on their way out of the reply.
//!
//! They are read twice at most. The first reading takes each output where it stands, and holds for every usual reply.
//! Where it meets something that it cannot judge or that does not fit, all is read again out of an index of the whole
//! list: what that says is the truth, its errors above all.

mod in_place;
mod index;
mod value;

#[cfg(test)]
mod differential;

use std::any::type_name;
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use in_place::{GaveUp, InPlace};
use index::{Entry, Index};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
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
pub struct Outputs<'a> {
    text: &'a str,
    reading: Reading<'a>,
    /// All entries, should their names be asked for in the first reading.
    named: OnceCell<Vec<Entry<'a>>>,
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
        let mut outputs = Self::first(text)?;
        loop {
            let error = match read(&mut outputs) {
                Ok(value) if outputs.holds() => return Ok(value),
                Ok(_) => None,
                Err(error) => Some(error),
            };
            outputs.read_again(error)?;
        }
    }

    /// What `read_all` has to give, in one reading: the truth that it is held against.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn read_indexed<T>(
        text: &'a str,
        read: impl Fn(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let mut outputs = Self::parse(text)?;
        match read(&mut outputs) {
            Err(error) => Err(outputs
                .read_again(Some(error))
                .err()
                .unwrap_or_else(|| unseen(GaveUp))),
            read => read,
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
        }
    }

    fn holds(&mut self) -> bool {
        match &mut self.reading {
            Reading::First(in_place) => in_place.holds(),
            Reading::Second(_) => true,
        }
    }

    /// Goes over to the second reading; its own error is the end.
    fn read_again(&mut self, error: Option<Error>) -> Result<()> {
        if let (Reading::Second(index), Some(error)) = (&mut self.reading, error) {
            return Err(index.error_of_all(error));
        }
        *self = Self::parse(self.text)?;
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
        match read.and_then(|read| self.end(value, deserializer).map(|()| read)) {
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

/// All outputs as one object; remembers which output is being read, for the error.
struct All<'s, 'a> {
    outputs: &'s mut Outputs<'a>,
    /// The index of the next output.
    next: usize,
    /// The value whose name was given last, until it is asked for.
    value: Option<Value<'a>>,
    reading: &'s Cell<Option<(Cow<'a, str>, &'a str)>>,
}

impl<'a> All<'_, 'a> {
    fn next(&mut self) -> Result<Option<(Cow<'a, str>, Value<'a>)>, GaveUp> {
        let entries = match &mut self.outputs.reading {
            Reading::First(in_place) => {
                if self.value.is_some_and(|value| value.is_open) {
                    in_place.skip()?;
                }
                if self.next >= in_place.passed().len() {
                    let upcoming = in_place.next()?;
                    return Ok(upcoming.map(|(name, value)| (Cow::Borrowed(name), value)));
                }
                in_place.passed()
            }
            Reading::Second(index) => index.entries(),
        };
        let entry = entries.get(self.next);
        Ok(entry.map(|entry| (entry.name.clone(), Value::closed(entry.text))))
    }
}

impl<'de> Deserializer<'de> for All<'_, 'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    /// `output = ()` reads nothing.
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for All<'_, 'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        self.reading.set(None);
        let next = self
            .next()
            .map_err(|GaveUp| serde::de::Error::custom("to be read again"))?;
        let Some((name, value)) = next else {
            self.value = None;
            return Ok(None);
        };
        self.next += 1;
        self.value = Some(value);
        let key = seed.deserialize((&*name).into_deserializer());
        self.reading.set(Some((name, value.text)));
        key.map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        let value = self.value.take().unwrap_or(Value::closed("null"));
        let mut deserializer = value.deserializer();
        let read = seed.deserialize(&mut deserializer)?;
        self.outputs.was_read(value, consumed(deserializer));
        Ok(read)
    }
}

#[cfg(test)]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the lifetimes of the method's path are too narrow"
)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::Outputs;
    use crate::error::Result;

    const REPLY: &str = r#"[{"api_name":"total","value":"128.50"},{"api_name":"note","value":null},{"api_name":"lines","value":[1,"two"]}]"#;

    fn read<T>(read: impl Fn(&mut Outputs<'_>) -> Result<T>) -> Result<T> {
        Outputs::read_all(REPLY, read)
    }

    fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
        result.expect_err("does not fit").to_string()
    }

    #[test]
    fn missing_is_told_from_null() {
        assert_eq!(
            read(|from| from.take::<Option<String>>("note")).unwrap(),
            None
        );
        assert_eq!(
            read(|from| from.take::<Option<String>>("gone")).unwrap(),
            None
        );
        assert_eq!(
            read(|from| from.take::<Value>("note")).unwrap(),
            Value::Null
        );
        assert!(read(|from| from.take::<Value>("gone")).is_err());
        assert_eq!(
            read(|from| from.take_nullable::<String>("note")).unwrap(),
            Some(None)
        );
        assert_eq!(
            read(|from| from.take_nullable::<String>("gone")).unwrap(),
            None
        );
        assert_eq!(read(|from| from.take_or_default::<i64>("note")).unwrap(), 0);
        assert_eq!(read(|from| from.take_or_default::<i64>("gone")).unwrap(), 0);
        assert_eq!(
            message(read(|from| from.take::<String>("note"))),
            "an output does not fit its field: `note` expected a string, found null"
        );
        assert_eq!(
            message(read(|from| from.take::<String>("gone"))),
            "an output does not fit its field: `gone` expected `String`, found nothing of that name (there are `total`, `note`, `lines`)"
        );
    }

    #[test]
    fn every_bad_output_is_in_the_error() {
        let error = read(|from| {
            let total = from.take::<i64>("total");
            let note = from.take::<Option<String>>("note");
            let lines = from.take::<Vec<i64>>("lines");
            Ok((total?, note?, lines?))
        });
        assert_eq!(
            message(error),
            "2 outputs do not fit their fields: `total` expected `i64`, found a string, `lines` at `[1]` expected `i64`, found a string"
        );
    }

    #[test]
    fn a_problem_that_the_author_got_over_is_none() {
        let total = read(|from| {
            from.take::<i64>("total")
                .map(|total| total.to_string())
                .or_else(|_| from.take("total"))
        });
        assert_eq!(total.unwrap(), "128.50");
    }

    #[test]
    fn all_outputs_are_one_object() {
        let all = read(|from| from.take_all::<BTreeMap<String, Value>>()).unwrap();
        assert_eq!(all.keys().collect::<Vec<_>>(), ["lines", "note", "total"]);
        read(|from| from.take_all::<()>()).unwrap();
        assert_eq!(
            message(read(|from| from.take_all::<BTreeMap<String, String>>())),
            "an output does not fit its field: `note` expected a string, found null"
        );
    }

    #[test]
    fn the_same_output_twice_is_no_guess() {
        let mut outputs = Outputs::parse(
            r#"[{"api_name":"a","value":1},{"api_name":"a","value":2},{"api_name":"b","value":3}]"#,
        )
        .unwrap();
        assert_eq!(outputs.take::<i64>("b").unwrap(), 3);
        assert!(
            message(outputs.take::<i64>("a"))
                .ends_with("`a` expected one value, found several that differ")
        );
    }

    #[test]
    fn many_outputs_are_taken_in_any_order() {
        for count in [3_u64, 100] {
            let pair = |n: u64| format!(r#"{{"api_name":"n{n}","value":{n}}}"#);
            let pairs: Vec<_> = (0..count).map(pair).collect();
            let text = format!("[{}]", pairs.join(","));
            let mut outputs = Outputs::parse(&text).unwrap();
            for n in (0..count).chain((0..count).rev()).chain([1, 1, 0]) {
                assert_eq!(outputs.take::<u64>(&format!("n{n}")).unwrap(), n);
            }
            let text = format!(
                r#"[{},{},{{"api_name":"n0","value":7}}]"#,
                pairs.join(","),
                pair(1)
            );
            let mut outputs = Outputs::parse(&text).unwrap();
            assert_eq!(outputs.take::<u64>("n1").unwrap(), 1); // twice the same
            assert!(message(outputs.take::<u64>("n0")).ends_with("several that differ"));
        }
    }
}
