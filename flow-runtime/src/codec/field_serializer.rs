//! Writing one value: detects `None`, and refuses numbers that JSON cannot represent.

use std::fmt::Display;

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// JSON has no such number; serde_json would write null, and the flow would run with that.
pub(super) const NOT_FINITE: &str = "a number that is not finite";

/// Serializes an input's value with the inner serializer, with two differences.
///
/// A `None` at the top level is noted, so that the input can be omitted. The value decides, not the type's name, so a
/// newtype around an `Option` counts too; `Some(None)` is sent as null. And a non-finite number is an error,
/// however deep.
pub struct FieldSerializer<'n, S> {
    inner: S,
    /// Where to note a `None`; only set at the top level.
    none: Option<&'n mut bool>,
}

impl<'n, S> FieldSerializer<'n, S> {
    pub(crate) fn new(inner: S, none: &'n mut bool) -> Self {
        Self {
            inner,
            none: Some(none),
        }
    }

    fn finite<T>(
        self,
        number: f64,
        write: impl FnOnce(S) -> Result<T, S::Error>,
    ) -> Result<T, S::Error>
    where
        S: Serializer,
    {
        if number.is_finite() {
            write(self.inner)
        } else {
            Err(S::Error::custom(NOT_FINITE))
        }
    }
}

/// Part of a value, serialized with the same rules.
struct Part<'v, T: ?Sized>(&'v T);

impl<T: Serialize + ?Sized> Serialize for Part<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(FieldSerializer {
            inner: serializer,
            none: None,
        })
    }
}

/// A list or object whose parts are serialized with the same rules.
pub struct Parts<C>(C);

macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*),)*) => {$(
        fn $method(self, $($argument: $type),*) -> Result<S::Ok, S::Error> {
            self.inner.$method($($argument),*)
        }
    )*};
}

macro_rules! pass_on_parts {
    ($($method:ident($($argument:ident: $type:ty),*) -> $parts:ident,)*) => {$(
        fn $method(self, $($argument: $type),*) -> Result<Self::$parts, S::Error> {
            self.inner.$method($($argument),*).map(Parts)
        }
    )*};
}

impl<S: Serializer> Serializer for FieldSerializer<'_, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Parts<S::SerializeSeq>;
    type SerializeTuple = Parts<S::SerializeTuple>;
    type SerializeTupleStruct = Parts<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Parts<S::SerializeTupleVariant>;
    type SerializeMap = Parts<S::SerializeMap>;
    type SerializeStruct = Parts<S::SerializeStruct>;
    type SerializeStructVariant = Parts<S::SerializeStructVariant>;

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        if let Some(none) = self.none {
            *none = true;
        }
        self.inner.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.serialize_some(&Part(value))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        // transparent, as in serde_json, so that a `None` inside is seen
        value.serialize(self)
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        self.finite(value.into(), |inner| inner.serialize_f32(value))
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        self.finite(value, |inner| inner.serialize_f64(value))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.inner
            .serialize_newtype_variant(name, index, variant, &Part(value))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }

    pass_on! {
        serialize_bool(value: bool),
        serialize_i8(value: i8),
        serialize_i16(value: i16),
        serialize_i32(value: i32),
        serialize_i64(value: i64),
        serialize_i128(value: i128),
        serialize_u8(value: u8),
        serialize_u16(value: u16),
        serialize_u32(value: u32),
        serialize_u64(value: u64),
        serialize_u128(value: u128),
        serialize_char(value: char),
        serialize_str(value: &str),
        serialize_bytes(value: &[u8]),
        serialize_unit(),
        serialize_unit_struct(name: &'static str),
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str),
    }

    pass_on_parts! {
        serialize_seq(len: Option<usize>) -> SerializeSeq,
        serialize_tuple(len: usize) -> SerializeTuple,
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct,
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeTupleVariant,
        serialize_map(len: Option<usize>) -> SerializeMap,
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct,
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeStructVariant,
    }
}

macro_rules! parts {
    ($($trait:ident { $($method:ident($($name:ident: $type:ty)?),)* })*) => {$(
        impl<C: $trait> $trait for Parts<C> {
            type Ok = C::Ok;
            type Error = C::Error;
            $(
                fn $method<T: Serialize + ?Sized>(&mut self, $($name: $type,)? value: &T) -> Result<(), C::Error> {
                    self.0.$method($($name,)? &Part(value))
                }
            )*
            fn end(self) -> Result<C::Ok, C::Error> {
                self.0.end()
            }
        }
    )*};
}

parts! {
    SerializeSeq { serialize_element(), }
    SerializeTuple { serialize_element(), }
    SerializeTupleStruct { serialize_field(), }
    SerializeTupleVariant { serialize_field(), }
    SerializeMap { serialize_key(), serialize_value(), }
    SerializeStruct { serialize_field(key: &'static str), }
    SerializeStructVariant { serialize_field(key: &'static str), }
}
