//! All outputs as one object whose keys are the api names, for `output = Type`.

use std::borrow::Cow;
use std::cell::Cell;

use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::in_place::GaveUp;
use super::value::Value;
use super::{FieldReader, Reading};
use crate::codec::cursor::consumed;

/// Remembers which output is being read, for the error.
pub(super) struct All<'s, 'a> {
    pub(super) outputs: &'s mut FieldReader<'a>,
    /// The index of the next output.
    pub(super) next: usize,
    /// The value whose name was given last, until it is asked for.
    pub(super) value: Option<Value<'a>>,
    pub(super) reading: &'s Cell<Option<(Cow<'a, str>, &'a str)>>,
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
