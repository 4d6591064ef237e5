//! The outputs of a run on their way out of the reply.

use std::any::type_name;
use std::cell::Cell;
use std::collections::HashSet;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use crate::error::{Error, Problem, Result};
use crate::field::{Entry, OutputValue, ValueDeserializer, absent, entries, explain_read, named};

/// A run's outputs by api name, each read straight from the reply into its field.
///
/// What does not fit is remembered, so that the error of a call lists every bad output, not only the first: also those
/// that a handwritten [`Flow`](crate::Flow) went on after, if another fails in the end.
/// See [`Flow`](crate::Flow) for an example.
pub struct Outputs<'a> {
    entries: Vec<Entry<'a>>,
    /// Where the next one is likeliest: most are taken in the reply's order.
    next: usize,
    /// Whether a name stands there several times.
    is_repeated: bool,
    problems: Vec<Problem>,
}

impl<'a> Outputs<'a> {
    /// From the text of `out_params`; `""` is no outputs.
    pub(crate) fn parse(text: &'a str) -> Result<Self> {
        let entries = if text.trim().is_empty() {
            Ok(Vec::new())
        } else {
            entries(text)
        };
        match entries {
            Ok(entries) => Ok(Self {
                next: 0,
                is_repeated: is_repeated(&entries),
                entries,
                problems: Vec::new(),
            }),
            Err(error) => Err(Error::decode(vec![explain_read(
                "out_params",
                text,
                &error,
                "a list",
            )])),
        }
    }

    /// The result of reading, with everything in it that did not fit.
    pub(crate) fn finish<T>(self, read: Result<T>) -> Result<T> {
        match read {
            // The error of one `take`, or of none: the whole list says more. Another error is the author's own.
            Err(error) if !error.problems().is_empty() => Err(Error::decode(self.problems)),
            read => read,
        }
    }

    /// The api names of all outputs, in the platform's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| &**name)
    }

    /// Reads an output. A missing one is an error unless the type accepts absence, as `Option` does.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it is missing or does not fit. Other outputs can be taken
    /// all the same: the call's error lists every one that failed.
    pub fn take<T: OutputValue>(&mut self, name: &str) -> Result<T> {
        match self.find(name)? {
            Some(text) => self.read::<T>(name, text),
            None => absent().ok_or_else(|| self.missing(name, type_name::<T>())),
        }
    }

    /// Reads an output that has a default for when it is missing or null.
    ///
    /// # Errors
    /// As [`take`](Self::take), if it is there and does not fit.
    pub fn take_or_default<T: OutputValue + Default>(&mut self, name: &str) -> Result<T> {
        match self.find(name)? {
            Some(text) if text != "null" => self.read::<T>(name, text),
            _ => Ok(T::default()),
        }
    }

    /// Reads an output and tells missing (`None`) from null (`Some(None)`).
    ///
    /// # Errors
    /// As [`take`](Self::take), if it is there and does not fit.
    pub fn take_nullable<T: OutputValue>(&mut self, name: &str) -> Result<Option<Option<T>>> {
        match self.find(name)? {
            Some(text) => self.read::<Option<T>>(name, text).map(Some),
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
            Some(text) => self.read_with(name, text, read),
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
        match self.find(name)? {
            Some(text) if text != "null" => self.read_with(name, text, read),
            _ => Ok(T::default()),
        }
    }

    /// Reads all outputs into one type, as an object whose keys are the api names.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) for the first output that does not fit: the type reads itself, and
    /// stops there.
    pub fn take_all<T: OutputValue>(&mut self) -> Result<T> {
        let reading = Cell::new(None);
        let all = All {
            left: self.entries.iter(),
            value: None,
            reading: &reading,
        };
        let read = T::deserialize(all).map_err(|error| {
            let (name, text) = reading.get().unwrap_or(("out_params", "{}"));
            explain_read(name, text, &error, type_name::<T>())
        });
        read.map_err(|problem| self.fail(problem))
    }

    /// The text of the value under a name.
    fn find(&mut self, name: &str) -> Result<Option<&'a str>> {
        let (before, after) = self.entries.split_at(self.next.min(self.entries.len()));
        let mut found = after.iter().chain(before).enumerate();
        let Some((steps, (_, value))) = found.find(|(_, (known, _))| known == name) else {
            return Ok(None);
        };
        self.next = (self.next + steps + 1) % self.entries.len().max(1);
        let differs = |(known, other): &Entry<'_>| known == name && other.get() != value.get();
        if self.is_repeated && self.entries.iter().any(differs) {
            return Err(self.fail(Problem {
                name: name.to_owned(),
                path: String::new(),
                expected: "one value".to_owned(),
                found: "several that differ".to_owned(),
            }));
        }
        Ok(Some(value.get()))
    }

    fn read<T: Deserialize<'a>>(&mut self, name: &str, text: &'a str) -> Result<T> {
        serde_json::from_str(text)
            .map_err(|error| self.fail(explain_read(name, text, &error, type_name::<T>())))
    }

    fn read_with<T>(
        &mut self,
        name: &str,
        text: &'a str,
        read: impl FnOnce(ValueDeserializer<'_, 'a>) -> Result<T, serde_json::Error>,
    ) -> Result<T> {
        read(&mut serde_json::Deserializer::from_str(text))
            .map_err(|error| self.fail(explain_read(name, text, &error, type_name::<T>())))
    }

    fn missing(&mut self, name: &str, rust_type: &str) -> Error {
        let problem = Problem {
            name: name.to_owned(),
            path: String::new(),
            expected: named(rust_type),
            found: self.nothing(),
        };
        self.fail(problem)
    }

    /// Nothing of that name, and the names that there are: the likeliest mistake is in one of them.
    fn nothing(&self) -> String {
        const MOST: usize = 12;

        let names: Vec<_> = self
            .names()
            .take(MOST)
            .map(|name| format!("`{name}`"))
            .collect();
        match names.len() {
            0 => "no outputs at all".to_owned(),
            _ if self.entries.len() > MOST => {
                format!("nothing of that name (there are {}, ...)", names.join(", "))
            }
            _ => format!("nothing of that name (there are {})", names.join(", ")),
        }
    }

    fn fail(&mut self, problem: Problem) -> Error {
        self.problems.push(problem.clone());
        Error::decode(vec![problem])
    }
}

/// Whether a name stands there several times. Of as many outputs as flows have, each is compared with each: their last
/// letters tell most names apart, and nothing is allocated.
fn is_repeated(entries: &[Entry<'_>]) -> bool {
    const FEW: usize = 32;

    if entries.len() > FEW {
        let mut names = HashSet::with_capacity(entries.len());
        return !entries.iter().all(|(name, _)| names.insert(&**name));
    }
    let is_same = |one: &str, other: &str| {
        one.len() == other.len() && one.as_bytes().last() == other.as_bytes().last() && one == other
    };
    let mut rest = entries;
    while let [(name, _), others @ ..] = rest {
        if others.iter().any(|(other, _)| is_same(name, other)) {
            return true;
        }
        rest = others;
    }
    false
}

/// Without the values.
impl std::fmt::Debug for Outputs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// All outputs as one object; remembers which output is being read, for the error.
struct All<'s, 'a> {
    left: std::slice::Iter<'s, Entry<'a>>,
    value: Option<&'a RawValue>,
    reading: &'s Cell<Option<(&'s str, &'a str)>>,
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
        let Some((name, value)) = self.left.next() else {
            self.reading.set(None);
            return Ok(None);
        };
        self.reading.set(Some((name, value.get())));
        self.value = Some(value);
        seed.deserialize((&**name).into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        let text = self.value.take().map_or("null", RawValue::get);
        seed.deserialize(&mut serde_json::Deserializer::from_str(text))
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
    use crate::Result;

    const REPLY: &str = r#"[{"api_name":"total","value":"128.50"},{"api_name":"note","value":null},{"api_name":"lines","value":[1,"two"]}]"#;

    fn read<T>(read: impl FnOnce(&mut Outputs<'_>) -> Result<T>) -> Result<T> {
        let mut outputs = Outputs::parse(REPLY)?;
        let value = read(&mut outputs);
        outputs.finish(value)
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
