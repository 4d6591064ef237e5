//! Writing one value, and seeing whether it is none.

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::ser::{CompactFormatter, Compound};

type Json<'b> = serde_json::Serializer<&'b mut Vec<u8>>;

/// Writes one value as JSON, except that a none is noted instead of written.
///
/// By value, not by the word `Option`: a newtype around an option counts as well, and the inner none of an
/// `Option<Option<T>>` is a null that is sent.
pub struct FieldSerializer<'a, 'b> {
    json: &'a mut Json<'b>,
    /// Where to note a none; nowhere once inside a some.
    none: Option<&'a mut bool>,
}

impl<'a, 'b> FieldSerializer<'a, 'b> {
    pub(crate) fn new(json: &'a mut Json<'b>, none: &'a mut bool) -> Self {
        Self {
            json,
            none: Some(none),
        }
    }
}

/// JSON has no such number; serde_json would write null, and the flow would run with it.
pub(super) const NOT_FINITE: &str = "a number that is not finite";

macro_rules! pass_on {
    ($($method:ident($type:ty),)*) => {$(
        fn $method(self, value: $type) -> Result<(), Self::Error> {
            self.json.$method(value)
        }
    )*};
}

impl<'a, 'b> Serializer for FieldSerializer<'a, 'b> {
    type Ok = ();
    type Error = serde_json::Error;
    type SerializeSeq = Compound<'a, &'b mut Vec<u8>, CompactFormatter>;
    type SerializeTuple = Self::SerializeSeq;
    type SerializeTupleStruct = Self::SerializeSeq;
    type SerializeTupleVariant = Self::SerializeSeq;
    type SerializeMap = Self::SerializeSeq;
    type SerializeStruct = Self::SerializeSeq;
    type SerializeStructVariant = Self::SerializeSeq;

    fn serialize_none(self) -> Result<(), Self::Error> {
        match self.none {
            Some(none) => {
                *none = true;
                Ok(())
            }
            None => self.json.serialize_none(),
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Self::Error> {
        value.serialize(FieldSerializer { none: None, ..self })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Self::Error> {
        value.serialize(self)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Self::Error> {
        if value.is_finite() {
            self.json.serialize_f32(value)
        } else {
            Err(Self::Error::custom(NOT_FINITE))
        }
    }

    fn serialize_f64(self, value: f64) -> Result<(), Self::Error> {
        if value.is_finite() {
            self.json.serialize_f64(value)
        } else {
            Err(Self::Error::custom(NOT_FINITE))
        }
    }

    pass_on! {
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_u128(u128),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8]),
        serialize_unit_struct(&'static str),
    }

    fn serialize_unit(self) -> Result<(), Self::Error> {
        self.json.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<(), Self::Error> {
        self.json.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Self::Error> {
        self.json
            .serialize_newtype_variant(name, index, variant, value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, Self::Error> {
        self.json.serialize_seq(len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, Self::Error> {
        self.json.serialize_tuple(len)
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, Self::Error> {
        self.json.serialize_tuple_struct(name, len)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, Self::Error> {
        self.json.serialize_tuple_variant(name, index, variant, len)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, Self::Error> {
        self.json.serialize_map(len)
    }

    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, Self::Error> {
        self.json.serialize_struct(name, len)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, Self::Error> {
        self.json
            .serialize_struct_variant(name, index, variant, len)
    }
}
