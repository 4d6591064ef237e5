//! Reading: one visitor for all the JSON forms that the platform's values have.
//!
//! What does not fit is named by its kind, never quoted. `""`, `{}` and `[]` are no value of any of these types: they are
//! none under an `Option`, as null is, and an error elsewhere.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::Value;

use super::ValueError;
use super::json::Json;
use crate::codec::{
    BOOLEAN, EMPTY_LIST, EMPTY_OBJECT, EMPTY_STRING, INTEGER, LIST, NULL, OBJECT, RAW, STRING,
    Text, empty_form, kind,
};

/// Under this key serde_json hands over a number as text, once any crate of the program turned on its feature
/// `arbitrary_precision`.
pub(super) const NUMBER: &str = "$serde_json::private::Number";

/// Why a JSON value does not fit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unfit {
    /// No value of this kind ever does.
    Kind,
    /// Others of this kind do.
    Value,
}

impl From<ValueError> for Unfit {
    fn from(_: ValueError) -> Self {
        Self::Value
    }
}

/// A type by the forms of JSON it can be read from; it has the ones it writes a function for.
pub(super) trait Readable: Sized {
    /// For the error: what it is, with an example.
    const EXPECTED: &'static str;

    /// For the error: the keys that are ours to show, where it is read from an object. Others may be data.
    const KEYS: &'static str = "$apaas_flow()";

    /// Whether there is such a value that is written `""`.
    const MAY_BE_EMPTY: bool = false;

    fn from_text(_text: &str) -> Result<Self, Unfit> {
        Err(Unfit::Kind)
    }

    fn from_integer(_number: i64) -> Result<Self, Unfit> {
        Err(Unfit::Kind)
    }

    /// From a number by its text.
    fn from_number(text: &str) -> Result<Self, Unfit> {
        match integer(text) {
            Some(number) => Self::from_integer(number),
            None if kind(text) == INTEGER => Err(Unfit::Value),
            None => Err(Unfit::Kind),
        }
    }

    /// From the text of any JSON value, for types read by [`raw`].
    fn from_json(_json: &str) -> Result<Self, Unfit> {
        Err(Unfit::Kind)
    }

    /// None if there is nothing in it.
    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        match list.next_element::<IgnoredAny>()? {
            Some(_) => Err(refused::<Self, _>(Unfit::Kind, LIST)),
            None => Ok(None),
        }
    }

    /// From an object with something in it.
    fn from_object<'de, A: MapAccess<'de>>(_object: Object<'de, A>) -> Result<Self, A::Error> {
        Err(refused::<Self, _>(Unfit::Kind, OBJECT))
    }
}

/// Reads a value of whichever form it has.
pub(super) fn any<'de, T: Readable, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    something(read(deserializer, None)?)
}

/// Reads a value by its text where the deserializer is serde_json's, as [`any`] does elsewhere.
pub(super) fn raw<'de, T: Readable, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    something(read(deserializer, Some(RAW))?)
}

/// A part of one of our own values, with none for everything that stands for nothing.
struct Perhaps<T>(Option<T>);

impl<'de, T: Readable> Deserialize<'de> for Perhaps<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, None).map(|read| Self(read.ok()))
    }
}

/// A part of one of our own values, with none for null alone.
struct Part<T>(Option<T>);

impl<'de, T: Readable> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match read(deserializer, None)? {
            Err(Nothing(NULL)) => Ok(Self(None)),
            part => something(part).map(|part| Self(Some(part))),
        }
    }
}

fn read<'de, T: Readable, D: Deserializer<'de>>(
    deserializer: D,
    then: Option<&'static str>,
) -> Result<Result<T, Nothing>, D::Error> {
    let reader = Reader {
        then,
        of: PhantomData,
    };
    deserializer.deserialize_newtype_struct(T::KEYS, reader)
}

/// What stands for nothing, by its kind.
struct Nothing(&'static str);

fn something<T: Readable, E: Error>(read: Result<T, Nothing>) -> Result<T, E> {
    read.map_err(|Nothing(found)| refused::<T, E>(Unfit::Kind, found))
}

/// An integer as JSON writes it: `i64`'s own parser takes a `+` as well.
pub(super) fn integer(text: &str) -> Option<i64> {
    if text.starts_with('+') {
        return None;
    }
    text.parse().ok()
}

/// The error, without a quote of what was found.
pub(super) fn refused<T: Readable, E: Error>(why: Unfit, found: &str) -> E {
    match why {
        Unfit::Kind => E::invalid_type(Unexpected::Other(found), &T::EXPECTED),
        Unfit::Value => E::invalid_value(Unexpected::Other(found), &T::EXPECTED),
    }
}

struct Reader<T> {
    /// Under which name to ask for the value, if not for whatever it is.
    then: Option<&'static str>,
    of: PhantomData<T>,
}

impl<'de, T: Readable> Visitor<'de> for Reader<T> {
    type Value = Result<T, Nothing>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Err(Nothing(NULL)))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Err(refused::<T, _>(Unfit::Kind, BOOLEAN))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        fit(T::from_integer(number), INTEGER)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        let number = i64::try_from(number).map_err(|_| Unfit::Value);
        fit(number.and_then(T::from_integer), INTEGER)
    }

    /// Digits may be lost already.
    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Err(refused::<T, _>(Unfit::Kind, "floating point number"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if text.is_empty() && !T::MAY_BE_EMPTY {
            return Ok(Err(Nothing(EMPTY_STRING)));
        }
        fit(T::from_text(text), STRING)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        mut self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        match self.then.take() {
            Some(name) => deserializer.deserialize_newtype_struct(name, self),
            None => deserializer.deserialize_any(self),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::from_list(list).map(|value| value.ok_or(Nothing(EMPTY_LIST)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key()? {
            None => Ok(Err(Nothing(EMPTY_OBJECT))),
            Some(Text(key)) if key == NUMBER => {
                let Text(number) = map.next_value()?;
                fit(T::from_number(&number), kind(&number))
            }
            Some(Text(key)) if key == RAW => {
                let Text(json) = map.next_value()?;
                match empty_form(&json) {
                    Some(form) => Ok(Err(Nothing(form))),
                    None if json == NULL => Ok(Err(Nothing(NULL))),
                    None => fit(T::from_json(&json), kind(&json)),
                }
            }
            first => T::from_object(Object { first, map }).map(Ok),
        }
    }
}

fn fit<T: Readable, E: Error>(
    value: Result<T, Unfit>,
    found: &'static str,
) -> Result<Result<T, Nothing>, E> {
    value.map(Ok).map_err(|why| refused::<T, E>(why, found))
}

/// An object that is being read, key by key.
pub(super) struct Object<'de, A> {
    first: Option<Text<'de>>,
    map: A,
}

impl<'de, A: MapAccess<'de>> Object<'de, A> {
    /// The next key; its value must be taken before the next one.
    pub(super) fn key(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        let key = match self.first.take() {
            Some(first) => Some(first),
            None => self.map.next_key()?,
        };
        Ok(key.map(|Text(key)| key))
    }

    fn value<T: Deserialize<'de>>(&mut self) -> Result<T, A::Error> {
        self.map.next_value()
    }

    /// A part that there must be; none if it is null.
    pub(super) fn part<T: Readable>(&mut self) -> Result<Option<T>, A::Error> {
        self.value().map(|Part(part)| part)
    }

    /// None if it is null, or something else that stands for nothing.
    pub(super) fn perhaps<T: Readable>(&mut self) -> Result<Option<T>, A::Error> {
        self.value().map(|Perhaps(value)| value)
    }

    /// Any JSON but null.
    pub(super) fn json(&mut self) -> Result<Option<Value>, A::Error> {
        let Json(value) = self.value()?;
        Ok(Some(value).filter(|value| !value.is_null()))
    }

    /// A text, or an integer as text; none if it is null.
    pub(super) fn text(&mut self) -> Result<Option<String>, A::Error> {
        Ok(self.part()?.map(|Scalar(text)| text))
    }

    /// Keeps a value that is not known here.
    pub(super) fn keep(
        &mut self,
        key: Cow<'de, str>,
        extra: &mut BTreeMap<String, Value>,
    ) -> Result<(), A::Error> {
        let Json(value) = self.value()?;
        extra.insert(key.into_owned(), value);
        Ok(())
    }

    pub(super) fn pass_over(&mut self) -> Result<(), A::Error> {
        self.value::<IgnoredAny>().map(|_| ())
    }
}

/// What there must be in an object.
pub(super) fn required<T, E: Error>(value: Option<T>, key: &'static str) -> Result<T, E> {
    value.ok_or_else(|| E::missing_field(key))
}

/// A short text that some endpoint may send as an integer.
pub(super) struct Scalar(pub(super) String);

impl Readable for Scalar {
    const EXPECTED: &'static str = "a string";
    const MAY_BE_EMPTY: bool = true;

    fn from_text(text: &str) -> Result<Self, Unfit> {
        Ok(Self(text.to_owned()))
    }

    fn from_integer(number: i64) -> Result<Self, Unfit> {
        Ok(Self(number.to_string()))
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        any(deserializer)
    }
}

/// An integer that some endpoint may send as a string of digits.
pub(super) struct Integer(pub(super) i64);

impl Readable for Integer {
    const EXPECTED: &'static str = "an integer, or a string of digits";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        integer(text).map(Self).ok_or(Unfit::Value)
    }

    fn from_integer(number: i64) -> Result<Self, Unfit> {
        Ok(Self(number))
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        any(deserializer)
    }
}

/// A number of bytes.
pub(super) struct Size(pub(super) u64);

impl Readable for Size {
    const EXPECTED: &'static str = "an integer of no less than 0, or a string of digits";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        integer(text)
            .ok_or(Unfit::Value)
            .and_then(Self::from_integer)
    }

    fn from_integer(number: i64) -> Result<Self, Unfit> {
        u64::try_from(number).map(Self).map_err(|_| Unfit::Value)
    }
}

#[cfg(test)]
mod tests {
    use super::{Integer, Scalar};

    #[test]
    fn integers_are_read_as_serde_json_hands_them_over_with_arbitrary_precision() {
        let number = r#"{"$serde_json::private::Number":"1767211281913907"}"#;
        let Integer(id) = serde_json::from_str(number).unwrap();
        assert_eq!(id, 1_767_211_281_913_907);
        let Scalar(text) = serde_json::from_str(number).unwrap();
        assert_eq!(text, "1767211281913907");
        assert!(
            serde_json::from_str::<Integer>(r#"{"$serde_json::private::Number":"1.5"}"#).is_err()
        );
    }

    #[test]
    fn integers_never_pass_through_a_float() {
        for text in ["9223372036854775807", "\"9223372036854775807\""] {
            let Integer(n) = serde_json::from_str(text).unwrap();
            assert_eq!(n, i64::MAX);
        }
        for text in [
            "9223372036854775808",
            "1.0",
            "1e3",
            "\"1.0\"",
            "\"+1\"",
            "\"\"",
            "\" 1\"",
        ] {
            assert!(serde_json::from_str::<Integer>(text).is_err(), "{text}");
        }
    }
}
