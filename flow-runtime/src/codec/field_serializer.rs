//! Writing one value: detects `None`, and refuses numbers that JSON cannot represent.

use std::fmt::{self, Display};

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// JSON has no such number; serde_json would write null, and the flow would run with that.
pub(super) const NOT_FINITE: &str = "a number that is not finite";

/// Writes one value, as `S` does but for two things: what the `serialize` of a `with = path` module is given.
///
/// A none at the top is noted, so that the input can be left out: by value, not by the word `Option`, so that a newtype
/// around an option counts as well; the inner none of an `Option<Option<T>>` is a null that is sent. And a number that
/// is not finite is an error, however deep it lies.
///
/// Such a module takes any [`Serializer`], so that it need not name this type:
///
/// ```
/// use apaas_flow::{Operator, apaas_flow, wire};
///
/// mod cents {
///     use serde::Serializer;
///
///     pub fn serialize<S: Serializer>(cents: &i64, to: S) -> Result<S::Ok, S::Error> {
///         to.collect_str(&format_args!("{}.{:02}", cents / 100, cents % 100))
///     }
/// }
///
/// #[apaas_flow(namespace = "package_shop__c", flow_id = "pay_0a1b2c3d4e")]
/// struct Pay {
///     #[input("variable_amount", with = cents)]
///     amount: i64,
/// }
///
/// let body = wire::request(&Pay { amount: 12850 }, &Operator::id(1))?;
/// assert!(String::from_utf8_lossy(&body).contains(r#"\"variable_amount\":\"128.50\""#));
/// # Ok::<(), apaas_flow::Error>(())
/// ```
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

/// A list or an object whose parts are written as [`FieldSerializer`] writes a value.
pub struct FieldParts<C>(C);

/// Without the value.
impl<S> fmt::Debug for FieldSerializer<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldSerializer").finish_non_exhaustive()
    }
}

/// Without the value.
impl<C> fmt::Debug for FieldParts<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldParts").finish_non_exhaustive()
    }
}

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
            self.inner.$method($($argument),*).map(FieldParts)
        }
    )*};
}

impl<S: Serializer> Serializer for FieldSerializer<'_, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = FieldParts<S::SerializeSeq>;
    type SerializeTuple = FieldParts<S::SerializeTuple>;
    type SerializeTupleStruct = FieldParts<S::SerializeTupleStruct>;
    type SerializeTupleVariant = FieldParts<S::SerializeTupleVariant>;
    type SerializeMap = FieldParts<S::SerializeMap>;
    type SerializeStruct = FieldParts<S::SerializeStruct>;
    type SerializeStructVariant = FieldParts<S::SerializeStructVariant>;

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
        impl<C: $trait> $trait for FieldParts<C> {
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
