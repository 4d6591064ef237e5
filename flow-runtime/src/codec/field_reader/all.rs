//! All outputs as one object whose keys are the api names, for `output = Type`.

use std::any::type_name;
use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;

use super::FieldReader;
use super::index::Entry;
use super::value::Value;
use crate::codec::traced::{Trace, Traced};

/// With a trace when they are read again, once a type has refused them.
pub(super) struct All<'s, 'a> {
    outputs: &'s mut FieldReader<'a>,
    trace: Option<&'s Trace<'s, 'a>>,
    /// The index of the next output.
    next: usize,
    /// The value of the name that was returned last, until it is asked for.
    value: Option<Value<'a>>,
}

impl<'s, 'a> All<'s, 'a> {
    pub(super) fn of(outputs: &'s mut FieldReader<'a>, trace: Option<&'s Trace<'s, 'a>>) -> Self {
        Self {
            outputs,
            trace,
            next: 0,
            value: None,
        }
    }

    fn next(&mut self) -> Option<(Cow<'a, str>, Value<'a>)> {
        if let Some(in_place) = &mut self.outputs.in_place {
            // the last value was not asked for, or was refused
            let is_behind = self.next > in_place.passed().len();
            let is_in_step = !is_behind || in_place.skip().is_ok();
            if is_in_step && self.next < in_place.passed().len() {
                return entry(in_place.passed(), self.next);
            }
            if is_in_step {
                if let Ok(upcoming) = in_place.next() {
                    return upcoming.map(|(name, value)| (Cow::Borrowed(name), value));
                }
            }
        }
        // A list without an index ends here: it is malformed, which is the call's error.
        entry(self.outputs.index().ok()?.entries(), self.next)
    }

    fn expect(&self, visitor: &dyn Expected, names: &'static [&'static str]) {
        if let Some(trace) = self.trace {
            trace.expect(visitor);
            trace.expect_names(names);
        }
    }
}

fn entry<'a>(entries: &[Entry<'a>], at: usize) -> Option<(Cow<'a, str>, Value<'a>)> {
    let entry = entries.get(at)?;
    Some((entry.name.clone(), Value::closed(entry.text)))
}

impl<'de> Deserializer<'de> for All<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.expect(&visitor, &[]);
        visitor.visit_map(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.expect(&visitor, fields);
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// `output = ()` reads nothing.
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for All<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let next = self.next();
        self.value = next.as_ref().map(|(_, value)| *value);
        let Some((name, _)) = next else {
            return Ok(None);
        };
        self.next += 1;
        let key = seed.deserialize((&*name).into_deserializer());
        if let Some(trace) = self.trace {
            trace.enter(key.is_err());
        }
        key.map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().unwrap_or(Value::closed("null"));
        if let Some(trace) = self.trace {
            trace.enter(false);
            let (child, rust_type) = (self.next.saturating_sub(1), type_name::<V::Value>());
            let read = |traced: Traced<'_, '_, 'de>| seed.deserialize(traced);
            return trace.inside(value.text, child, rust_type, read);
        }
        let mut deserializer = value.deserializer();
        let read = seed.deserialize(&mut deserializer)?;
        self.outputs.end_of(value, deserializer)?;
        Ok(read)
    }
}
