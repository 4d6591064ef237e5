//! Following a type into a list, an object or a variant.

use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    DeserializeSeed, Deserializer as _, EnumAccess, Error as _, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::refusal::message;
use super::{Trace, Traced};

/// What serde_json calls a key that is no number where one is expected; it is no data error to it.
pub(crate) const KEY_IS_NO_NUMBER: &str = "invalid value: expected key to be a number in quotes";

/// A visitor of the innermost value; or what it was given to go through that.
pub(super) struct Inside<'r, 't, 'de, V> {
    inner: V,
    text: &'de str,
    trace: &'r Trace<'t, 'de>,
    /// How many of the values inside were begun.
    begun: usize,
}

impl<'r, 't, 'de, V> Inside<'r, 't, 'de, V> {
    pub(super) fn of(traced: &Traced<'r, 't, 'de>, visitor: V) -> Self {
        Self {
            inner: visitor,
            text: traced.text,
            trace: traced.trace,
            begun: 0,
        }
    }

    fn with<A>(&self, inner: A) -> Inside<'r, 't, 'de, A> {
        Inside {
            inner,
            text: self.text,
            trace: self.trace,
            begun: 0,
        }
    }

    /// Reads the next value inside.
    fn next<S: DeserializeSeed<'de>, E: serde::de::Error>(
        &mut self,
        text: &'de RawValue,
        seed: S,
    ) -> Result<S::Value, E> {
        let child = self.begun;
        self.begun += 1;
        let rust_type = type_name::<S::Value>();
        let read = |traced: Traced<'_, 't, 'de>| seed.deserialize(traced);
        self.trace
            .inside(text.get(), child, rust_type, read)
            .map_err(E::custom)
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Inside<'_, '_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        let list = self.with(list);
        self.inner.visit_seq(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let map = self.with(map);
        self.inner.visit_map(map)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        let variant = self.with(variant);
        self.inner.visit_enum(variant)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Inside<'_, '_, 'de, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.trace.enter(false);
        match self.inner.next_element::<&RawValue>()? {
            Some(text) => self.next(text, seed).map(Some),
            None => Ok(None),
        }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Inside<'_, '_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.trace.enter(true);
        let key = self.inner.next_key_seed(seed);
        match &key {
            Ok(_) => self.trace.enter(false),
            Err(error) => {
                let message = message(error);
                let category = match &*message {
                    KEY_IS_NO_NUMBER => Category::Syntax,
                    _ => Category::Data,
                };
                self.trace.refused(message, category);
            }
        }
        key
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let text = self.inner.next_value::<&RawValue>()?;
        self.next(text, seed)
    }
}

impl<'r, 't, 'de, A: EnumAccess<'de>> EnumAccess<'de> for Inside<'r, 't, 'de, A> {
    type Error = A::Error;
    type Variant = Inside<'r, 't, 'de, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let (text, trace, begun) = (self.text, self.trace, self.begun);
        let (value, inner) = self.inner.variant_seed(seed)?;
        let variant = Inside {
            inner,
            text,
            trace,
            begun,
        };
        Ok((value, variant))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Inside<'_, '_, 'de, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.trace.enter(false);
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.content::<S::Value, _>(|traced| seed.deserialize(traced))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.content::<V::Value, _>(|traced| traced.deserialize_tuple(len, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.content::<V::Value, _>(|traced| traced.deserialize_struct("", fields, visitor))
    }
}

impl<'t, 'de, A: VariantAccess<'de>> Inside<'_, 't, 'de, A> {
    /// Reads what a variant holds: the one value of its object.
    fn content<T, F>(self, read: F) -> Result<T, A::Error>
    where
        F: FnOnce(Traced<'_, 't, 'de>) -> Result<T, serde_json::Error>,
    {
        self.trace.enter(false);
        let text = self.inner.newtype_variant_seed(PhantomData::<&RawValue>)?;
        self.trace
            .inside(text.get(), 0, type_name::<T>(), read)
            .map_err(A::Error::custom)
    }
}
