//! The deserializer that keeps the trace: serde_json's own, started again for each value.

use std::any::type_name;

use serde::de::{Deserializer, Visitor};
use serde_json::Error;
use serde_json::de::StrRead;

use super::access::Inside;
use super::names::Names;
use super::{RAW, Trace};

/// One value's text, which is the innermost value of the trace.
pub(crate) struct Traced<'r, 't, 'de> {
    pub(super) text: &'de str,
    pub(super) trace: &'r Trace<'t, 'de>,
}

impl<'de> Traced<'_, '_, 'de> {
    /// Lets serde_json read the value, and makes sure that it did so to the end.
    fn read<T>(
        self,
        read: impl FnOnce(&mut serde_json::Deserializer<StrRead<'de>>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut deserializer = serde_json::Deserializer::from_str(self.text);
        let value = read(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }

    fn is_list_or_object(&self) -> bool {
        self.text.starts_with(['[', '{'])
    }
}

/// What has nothing inside that is of interest.
macro_rules! scalars {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.trace.expect(&visitor);
            self.read(|deserializer| deserializer.$method(visitor))
        }
    )*};
}

/// What may be a list or an object, whose inside is followed.
macro_rules! containers {
    ($($method:ident($($arg:ident: $ty:ty),*) $([knows $names:ident])?)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($arg: $ty,)* visitor: V) -> Result<V::Value, Error> {
            self.trace.expect(&visitor);
            $(self.trace.expect_names($names);)?
            if self.is_list_or_object() {
                self.trace.check_depth()?;
                let visitor = Inside::of(&self, visitor);
                self.read(|deserializer| deserializer.$method($($arg,)* visitor))
            } else {
                self.read(|deserializer| deserializer.$method($($arg,)* visitor))
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Traced<'_, '_, 'de> {
    type Error = Error;

    scalars! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_unit
        deserialize_identifier deserialize_ignored_any
    }

    containers! {
        deserialize_any() deserialize_bytes() deserialize_byte_buf() deserialize_seq() deserialize_map()
        deserialize_tuple(len: usize) deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_unit_struct(name: &'static str)
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) [knows fields]
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) [knows variants]
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.trace.expect(&visitor);
        let option = type_name::<V>();
        if self.trace.is_none(option, self.text) {
            visitor.visit_none()
        } else {
            self.trace.note(|node| node.option = Some(option));
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.trace.expect(&visitor);
        if name == RAW {
            return self
                .read(|deserializer| deserializer.deserialize_newtype_struct(name, visitor));
        }
        if let Some(names) = Names::announced(name) {
            self.trace.note(|node| node.names = names);
        }
        visitor.visit_newtype_struct(self)
    }
}
