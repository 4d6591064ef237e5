//! Outputs as a list of names and raw values, and what a flow that takes them must get.

use std::fmt;

use apaas_flow::{Flow, Outputs, Params, wire};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Deserializer as Json;
use serde_json::de::StrRead;
use serde_json::value::RawValue;

use crate::ways::{Field, Reader};

pub(crate) struct Model<'a> {
    outputs: Vec<(String, &'a str)>,
    problems: Vec<Problem>,
    is_terse: bool,
}

/// Why a flow's outputs could not be read.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An output is missing, several that differ, or does not fit.
    Unfit,
    /// An error that the flow's author made.
    Own,
}

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
    pub(crate) fn parse(text: &'a str, is_terse: bool) -> Option<Self> {
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
            problems: Vec::new(),
            is_terse,
        })
    }

    /// The value of that name, if there is one; a failure if there are several that differ.
    fn find(&mut self, name: &str) -> Result<Option<&'a str>, Failure> {
        let mut values = self.outputs.iter().filter(|(known, _)| known == name);
        let Some((_, value)) = values.next() else {
            return Ok(None);
        };
        if values.any(|(_, other)| other != value) {
            return Err(self.fail(Problem::Text(format!(
                "`{name}` expected one value, found several that differ"
            ))));
        }
        Ok(Some(value))
    }

    fn find_value(&mut self, name: &str) -> Result<Option<&'a str>, Failure> {
        Ok(self.find(name)?.filter(|value| *value != "null"))
    }

    fn fail(&mut self, problem: Problem) -> Failure {
        self.problems.push(problem);
        Failure::Unfit
    }

    fn missing(&mut self, name: &str, rust_type: &str) -> Failure {
        let names: Vec<_> = self
            .outputs
            .iter()
            .take(12)
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        let more = if self.outputs.len() > 12 { ", ..." } else { "" };
        let found = match names.len() {
            0 => "no outputs at all".to_owned(),
            _ => format!(
                "nothing of that name (there are {}{more})",
                names.join(", ")
            ),
        };
        self.fail(Problem::Text(format!(
            "`{name}` expected `{rust_type}`, found {found}"
        )))
    }

    fn read<T: Field>(&mut self, name: &str, value: &str) -> Result<T, Failure> {
        serde_json::from_str(value).map_err(|_| {
            let name = format!("`{name}`");
            self.fail(if self.is_terse {
                Problem::Begins(name)
            } else {
                Problem::Text(name + &why_alone::<T>(value))
            })
        })
    }

    fn read_with<T>(
        &mut self,
        name: &str,
        value: &'a str,
        read: impl FnOnce(&mut Json<StrRead<'a>>) -> serde_json::Result<T>,
    ) -> Result<T, Failure> {
        read(&mut Json::from_str(value))
            .map_err(|_| self.fail(Problem::Begins(format!("`{name}`"))))
    }

    /// Whether an error's text has every problem, in the order in which they were met.
    pub(crate) fn explains(&self, text: &str) {
        let head = match self.problems.len() {
            1 => "an output does not fit its field: ".to_owned(),
            n => format!("{n} outputs do not fit their fields: "),
        };
        // behind the flow's name
        let message = text.splitn(3, ' ').last().unwrap_or_default();
        let Some(mut rest) = message.strip_prefix(&*head) else {
            panic!("{text}\nis no error of {} outputs", self.problems.len());
        };
        for problem in &self.problems {
            let (expected, is_all) = match problem {
                Problem::Text(text) => (text, true),
                Problem::Begins(text) => (text, false),
                Problem::Anything => return,
            };
            let Some(after) = rest.strip_prefix(&**expected) else {
                panic!("{text}\nhas not: {expected}");
            };
            rest = match after.split_once(", `") {
                Some((between, _)) if !is_all => after.get(between.len() + 2..).unwrap_or_default(),
                _ => after.strip_prefix(", ").unwrap_or(after),
            };
        }
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
        match self.find_value(name)? {
            Some(value) => self.read(name, value),
            None => Ok(T::default()),
        }
    }

    fn take_nullable<T: Field>(&mut self, name: &str) -> Result<Option<Option<T>>, Failure> {
        match self.find(name)? {
            Some(value) => self.read::<Option<T>>(name, value).map(Some),
            None => Ok(None),
        }
    }

    fn take_with<T: Field>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Json<StrRead<'a>>) -> serde_json::Result<T>,
    ) -> Result<T, Failure> {
        match self.find(name)? {
            Some(value) => self.read_with(name, value, read),
            None => Err(self.missing(name, T::NAME)),
        }
    }

    fn take_with_or_default<T: Field + Default>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Json<StrRead<'a>>) -> serde_json::Result<T>,
    ) -> Result<T, Failure> {
        match self.find_value(name)? {
            Some(value) => self.read_with(name, value, read),
            None => Ok(T::default()),
        }
    }

    fn take_all<T: DeserializeOwned>(&mut self) -> Result<T, Failure> {
        let outputs = self.outputs.iter();
        let outputs = outputs.map(|(name, value)| (name.as_str(), Value(value)));
        T::deserialize(Object(MapDeserializer::new(outputs)))
            .map_err(|_| self.fail(Problem::Anything))
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

/// What the library says of a value that does not fit, from behind its name on, when it is the only output.
fn why_alone<T: Field>(value: &str) -> String {
    struct Alone<T>(std::marker::PhantomData<T>);

    impl<T: Field> Flow for Alone<T> {
        const NAMESPACE: &'static str = "package_x__c";
        const FLOW_ID: &'static str = "alone";
        type Output = ();

        fn write_params(&self, _: &mut Params) -> apaas_flow::Result<()> {
            Ok(())
        }

        fn read_outputs(from: &mut Outputs<'_>) -> apaas_flow::Result<()> {
            from.take::<T>("x").map(drop)
        }
    }

    let list = format!(r#"[{{"api_name":"x","value":{value}}}]"#);
    let body = serde_json::json!({ "code": 0, "data": { "out_params": list } });
    let text = match wire::reply::<Alone<T>>(200, body.to_string().as_bytes()) {
        Ok(_) => panic!("{} fits alone: {value}", T::NAME),
        Err(error) => error.to_string(),
    };
    text.split_once("its field: `x`")
        .and_then(|(_, why)| why.strip_suffix("; the flow ran"))
        .unwrap_or_else(|| panic!("{text}"))
        .to_owned()
}

/// All outputs as one object.
struct Object<I>(I);

impl<'de, I: MapAccess<'de, Error = serde_json::Error>> Deserializer<'de> for Object<I> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        visitor.visit_map(self.0)
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

/// A raw value; nobody asks whether all of it is read.
#[derive(Clone, Copy)]
struct Value<'a>(&'a str);

impl<'de> IntoDeserializer<'de, serde_json::Error> for Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*),)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> serde_json::Result<V::Value> {
            Json::from_str(self.0).$method($($argument,)* visitor)
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
