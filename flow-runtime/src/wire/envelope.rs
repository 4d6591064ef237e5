//! The reply's outer shape, read with tolerance: nothing is promised but `code`, `msg` and `data`.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::field::Text;

/// `{"code": 0, "msg": "success", "data": {...}}`, and for a refusal `error`.
#[derive(Default)]
pub(crate) struct Envelope<'a> {
    pub(super) code: Option<i64>,
    pub(super) msg: Cow<'a, str>,
    pub(super) data: Data<'a>,
    pub(super) error: Option<&'a RawValue>,
}

/// Texts that may be missing, every one; missing and null are the same as `""` here.
#[derive(Default)]
pub(crate) struct Data<'a> {
    /// Whether there is an object at all.
    pub(super) is_object: bool,
    pub(super) status: Cow<'a, str>,
    pub(super) out_params: Cow<'a, str>,
    pub(super) execution_id: Cow<'a, str>,
    pub(super) error_msg: Cow<'a, str>,
    pub(super) code: Cow<'a, str>,
}

/// The envelope, if the body is one: a JSON object with a whole number as `code`.
pub(super) fn parse(body: &[u8]) -> Option<Envelope<'_>> {
    serde_json::from_slice::<Envelope<'_>>(body)
        .ok()
        .filter(|envelope| envelope.code.is_some())
}

impl<'de> Deserialize<'de> for Envelope<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Envelope<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{\"code\", \"msg\", \"data\"}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut envelope = Envelope::default();
                while let Some(Text(key)) = map.next_key()? {
                    match &*key {
                        "code" => envelope.code = map.next_value::<Scalar<'de>>()?.0.parse().ok(),
                        "msg" => envelope.msg = map.next_value::<Scalar<'de>>()?.0,
                        "data" => envelope.data = map.next_value()?,
                        "error" => envelope.error = map.next_value()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(envelope)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserialize<'de> for Data<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Data<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or null")
            }

            // Whatever else it is, it must not make the code beside it unreadable.
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Data::default())
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Data::default())
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Data::default())
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Data::default())
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Data::default())
            }

            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Data::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Data::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut data = Data {
                    is_object: true,
                    ..Data::default()
                };
                while let Some(Text(key)) = map.next_key()? {
                    let slot = match &*key {
                        "status" => &mut data.status,
                        "out_params" => &mut data.out_params,
                        "execution_id" => &mut data.execution_id,
                        "error_msg" => &mut data.error_msg,
                        "code" => &mut data.code,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                    };
                    *slot = map.next_value::<Scalar<'de>>()?.0;
                }
                Ok(data)
            }
        }

        deserializer.deserialize_any(Object)
    }
}

/// Any value as text: the document says string, and a number, a null or even a list would be understood.
struct Scalar<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Scalar<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Borrowed("")))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(number.to_string())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(number.to_string())))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(number.to_string())))
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(truth.to_string())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                let list = Value::deserialize(SeqAccessDeserializer::new(list))?;
                Ok(Scalar(Cow::Owned(list.to_string())))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let object = Value::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Scalar(Cow::Owned(object.to_string())))
            }
        }

        deserializer.deserialize_any(Any)
    }
}
