//! What a function of the author's reads a value from.

use std::cell::Cell;

use serde::de::{Deserializer, Visitor};
use serde_json::Error;
use serde_json::de::StrRead;

use super::traced::Traced;

/// Reads one value from its JSON text: what the `deserialize` of a `with = path` module is given.
///
/// Such a module takes any [`Deserializer`], so that it need not name this type.
pub struct ValueDeserializer<'a, 'de>(Way<'a, 'de>);

enum Way<'a, 'de> {
    Plain {
        deserializer: &'a mut serde_json::Deserializer<StrRead<'de>>,
        /// Whether the value was refused: the function may get over that, and where the value ends is unknown then.
        was_refused: &'a Cell<bool>,
    },
    /// Once the outputs are known to be at odds with the code: so that the error can say where.
    Traced(Traced<'a, 'a, 'de>),
}

impl<'a, 'de> ValueDeserializer<'a, 'de> {
    pub(crate) fn plain(
        deserializer: &'a mut serde_json::Deserializer<StrRead<'de>>,
        was_refused: &'a Cell<bool>,
    ) -> Self {
        Self(Way::Plain {
            deserializer,
            was_refused,
        })
    }

    pub(crate) fn traced(traced: Traced<'a, 'a, 'de>) -> Self {
        Self(Way::Traced(traced))
    }
}

macro_rules! either {
    ($($method:ident($($arg:ident: $ty:ty),*))*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, $($arg: $ty,)* visitor: V) -> Result<V::Value, Error> {
            match self.0 {
                Way::Plain { deserializer, was_refused } => {
                    let read = deserializer.$method($($arg,)* visitor);
                    was_refused.set(read.is_err());
                    read
                }
                Way::Traced(traced) => traced.$method($($arg,)* visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for ValueDeserializer<'_, 'de> {
    type Error = Error;

    either! {
        deserialize_any() deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_i128() deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string()
        deserialize_bytes() deserialize_byte_buf() deserialize_option() deserialize_unit() deserialize_seq()
        deserialize_map() deserialize_identifier() deserialize_ignored_any() deserialize_tuple(len: usize)
        deserialize_unit_struct(name: &'static str) deserialize_newtype_struct(name: &'static str)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }
}
