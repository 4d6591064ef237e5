//! Outputs as a list of names and raw values, and what a flow that takes them must get.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Deserializer as Json;
use serde_json::value::RawValue;

use crate::is_usual;
use crate::ways::{Field, Read, Reader};

pub(crate) struct Model<'a> {
    outputs: Vec<(String, &'a str)>,
    problems: Problems,
}

/// Why a flow's outputs could not be read.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An output is missing, several that differ, or does not fit.
    Unfit,
    /// An error that the flow's author made.
    Own,
}

/// All that an error must say, in the order in which it was met.
pub(crate) struct Problems(Vec<Problem>);

/// What an error must say of an output.
enum Problem {
    /// Exactly this.
    Text(String),
    /// Something that begins with it.
    Begins(String),
    Anything,
}

/// An object's entries in their order, with all that are there several times.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::with_capacity(4);
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl<'a> Model<'a> {
    /// None if the text is no list of outputs.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut outputs = Vec::with_capacity(8);
        // any space is no outputs; around a list, only JSON's own is space
        if !text.trim().is_empty() {
            match serde_json::from_str::<&RawValue>(text).ok()?.get() {
                "null" => {}
                list if list.starts_with('[') => {
                    let pairs: Vec<Entries<'_>> = serde_json::from_str(list).ok()?;
                    for Entries(pair) in pairs {
                        let mut name: Option<String> = None;
                        let mut value: Option<&str> = None;
                        for (key, raw) in pair {
                            match &*key {
                                "api_name" => {
                                    let new = serde_json::from_str(raw.get()).ok()?;
                                    if name.replace(new).is_some_and(|old| name != Some(old)) {
                                        return None;
                                    }
                                }
                                "value" => {
                                    let new = raw.get();
                                    if value.replace(new).is_some_and(|old| old != new) {
                                        return None;
                                    }
                                }
                                _ => {}
                            }
                        }
                        outputs.extend(name.zip(value));
                    }
                }
                object => {
                    let Entries(entries) = serde_json::from_str(object).ok()?;
                    outputs.extend(entries.into_iter().map(|(name, raw)| (name, raw.get())));
                }
            }
        }
        Some(Self {
            outputs,
            problems: Problems(Vec::new()),
        })
    }

    pub(crate) fn into_problems(self) -> Problems {
        self.problems
    }

    /// The value of that name, if there is one; a failure if there are several that differ.
    fn find(&mut self, name: &str) -> Result<Option<&'a str>, Failure> {
        let mut values = self.outputs.iter().filter(|(known, _)| known == name);
        let Some((_, value)) = values.next() else {
            return Ok(None);
        };
        if values.any(|(_, other)| other != value) {
            let why = " expected one value, found several that differ";
            return Err(self.fail(problem(name, Some(why.to_owned()))));
        }
        Ok(Some(value))
    }

    fn find_but_null(&mut self, name: &str) -> Result<Option<&'a str>, Failure> {
        Ok(self.find(name)?.filter(|value| *value != "null"))
    }

    fn fail(&mut self, problem: Problem) -> Failure {
        self.problems.0.push(problem);
        Failure::Unfit
    }

    fn missing(&mut self, name: &str, rust_type: &str) -> Failure {
        let shown = &self.outputs[..self.outputs.len().min(12)];
        let more = if self.outputs.len() > 12 { ", ..." } else { "" };
        let found = if shown.is_empty() {
            "no outputs at all".to_owned()
        } else if shown.iter().all(|(name, _)| is_usual(name)) {
            let names: Vec<_> = shown.iter().map(|(name, _)| format!("`{name}`")).collect();
            format!(
                "nothing of that name (there are {}{more})",
                names.join(", ")
            )
        } else {
            return self.fail(Problem::Anything);
        };
        let why = format!(" expected `{rust_type}`, found {found}");
        self.fail(problem(name, Some(why)))
    }

    fn read<T: Field>(&mut self, name: &str, value: &str) -> Result<T, Failure> {
        T::read(value).ok_or_else(|| self.fail(problem(name, T::why(value))))
    }

    fn read_with<T>(
        &mut self,
        name: &str,
        value: &'a str,
        read: impl Read<T>,
    ) -> Result<T, Failure> {
        read.read(Value(value))
            .map_err(|_| self.fail(problem(name, None)))
    }
}

/// An output's, from what is said behind its name, if that is known.
fn problem(name: &str, why: Option<String>) -> Problem {
    match why {
        _ if !is_usual(name) => Problem::Begins("`".to_owned()),
        Some(why) => Problem::Text(format!("`{name}`{why}")),
        None => Problem::Begins(format!("`{name}`")),
    }
}

impl Problems {
    /// Whether an error's text has every problem, and no other.
    pub(crate) fn are_in(&self, text: &str) {
        let head = match self.0.len() {
            1 => "an output does not fit its field: ".to_owned(),
            n => format!("{n} outputs do not fit their fields: "),
        };
        // behind the flow's name
        let message = text.splitn(3, ' ').last().unwrap_or_default();
        let end = message.rfind("; the flow ran").unwrap_or(message.len());
        let message = &message[..end];
        let Some(mut rest) = message.strip_prefix(&*head) else {
            panic!("{text}\nis no error of {} outputs", self.0.len());
        };
        for (nth, problem) in self.0.iter().enumerate() {
            let is_last = nth + 1 == self.0.len();
            let (expected, is_all) = match problem {
                Problem::Text(text) => (text, true),
                Problem::Begins(text) => (text, false),
                Problem::Anything => return,
            };
            let Some(after) = rest.strip_prefix(&**expected) else {
                panic!("{text}\nhas not: {expected}");
            };
            rest = match after.find(", `") {
                _ if is_last && !is_all => "",
                _ if is_last => after,
                _ if is_all => after.strip_prefix(", ").unwrap_or(after),
                Some(end) => &after[end + 2..],
                None => "",
            };
        }
        assert_eq!(rest, "", "{text}");
    }
}

impl<'a> Reader<'a> for Model<'a> {
    type Error = Failure;

    fn own() -> Failure {
        Failure::Own
    }

    fn names(&mut self) -> Vec<String> {
        self.outputs.iter().map(|(name, _)| name.clone()).collect()
    }

    fn take<T: Field>(&mut self, name: &str) -> Result<T, Failure> {
        match self.find(name)? {
            Some(value) => self.read(name, value),
            None => absent().ok_or_else(|| self.missing(name, T::NAME)),
        }
    }

    fn take_or_default<T: Field + Default>(&mut self, name: &str) -> Result<T, Failure> {
        match self.find(name)? {
            Some(value) => Ok(self.read::<Option<T>>(name, value)?.unwrap_or_default()),
            None => Ok(T::default()),
        }
    }

    fn take_nullable<T: Field>(&mut self, name: &str) -> Result<Option<Option<T>>, Failure> {
        match self.find(name)? {
            Some(value) => self.read::<Option<T>>(name, value).map(Some),
            None => Ok(None),
        }
    }

    fn take_with<T: Field>(&mut self, name: &str, read: impl Read<T>) -> Result<T, Failure> {
        match self.find(name)? {
            Some(value) => self.read_with(name, value, read),
            None => Err(self.missing(name, T::NAME)),
        }
    }

    fn take_with_or_default<T: Field + Default>(
        &mut self,
        name: &str,
        read: impl Read<T>,
    ) -> Result<T, Failure> {
        match self.find_but_null(name)? {
            Some(value) => self.read_with(name, value, read),
            None => Ok(T::default()),
        }
    }

    fn take_all<T: DeserializeOwned>(&mut self) -> Result<T, Failure> {
        let all = All {
            rest: self.outputs.iter(),
            value: "null",
        };
        T::deserialize(all).map_err(|_| self.fail(Problem::Anything))
    }
}

/// What serde's derive makes of a field that is not there.
fn absent<T: DeserializeOwned>() -> Option<T> {
    #[derive(Deserialize)]
    #[serde(bound = "T: DeserializeOwned")]
    struct Only<T> {
        field: T,
    }

    serde_json::from_str("{}").ok().map(|Only { field }| field)
}

/// All outputs as one object.
struct All<'o, 'a> {
    rest: std::slice::Iter<'o, (String, &'a str)>,
    value: &'a str,
}

impl<'de> MapAccess<'de> for All<'_, 'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> serde_json::Result<Option<K::Value>> {
        let Some((name, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = value;
        seed.deserialize(name.as_str().into_deserializer())
            .map(Some)
    }

    /// A value that is not read to its end does not fit.
    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> serde_json::Result<V::Value> {
        let mut value = Json::from_str(self.value);
        let read = seed.deserialize(&mut value)?;
        value.end().map(|()| read)
    }
}

impl<'de> Deserializer<'de> for All<'_, 'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A raw value for a function of the author's, which reads all of it or nothing.
struct Value<'a>(&'a str);

macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*),)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> serde_json::Result<V::Value> {
            let mut value = Json::from_str(self.0);
            let read = value.$method($($argument,)* visitor)?;
            value.end().map(|()| read)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = serde_json::Error;

    pass_on! {
        deserialize_any(), deserialize_bool(), deserialize_i8(), deserialize_i16(), deserialize_i32(),
        deserialize_i64(), deserialize_i128(), deserialize_u8(), deserialize_u16(), deserialize_u32(),
        deserialize_u64(), deserialize_u128(), deserialize_f32(), deserialize_f64(), deserialize_char(),
        deserialize_str(), deserialize_string(), deserialize_bytes(), deserialize_byte_buf(), deserialize_option(),
        deserialize_unit(), deserialize_unit_struct(name: &'static str),
        deserialize_newtype_struct(name: &'static str), deserialize_seq(), deserialize_tuple(len: usize),
        deserialize_tuple_struct(name: &'static str, len: usize), deserialize_map(),
        deserialize_struct(name: &'static str, fields: &'static [&'static str]),
        deserialize_enum(name: &'static str, variants: &'static [&'static str]),
        deserialize_identifier(), deserialize_ignored_any(),
    }
}
