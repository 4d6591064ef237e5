//! The reply's outer shape, read with tolerance: nothing is promised but `code`, `msg` and `data`.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::codec::{Cursor, Text};

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
    parse_usual(body)
        .or_else(|| serde_json::from_slice(body).ok())
        .filter(|envelope| envelope.code.is_some())
}

/// The envelope of a reply without `error`, in which what is a text in the document is one. It is read in a third of
/// the time; nothing else may be told from what serde_json makes of it.
fn parse_usual(body: &[u8]) -> Option<Envelope<'_>> {
    let mut envelope = Envelope::default();
    let mut cursor = Cursor::new(body);
    cursor.members(|cursor, key| {
        match key {
            b"code" => envelope.code = Some(cursor.integer()?),
            b"msg" => envelope.msg = cursor.string_or_null()?,
            b"data" => envelope.data = parse_usual_data(cursor)?,
            b"error" => return None,
            _ => cursor.skip_member(key)?,
        }
        Some(())
    })?;
    cursor.is_at_end().then_some(envelope)
}

fn parse_usual_data<'a>(cursor: &mut Cursor<'a>) -> Option<Data<'a>> {
    let mut data = Data {
        is_object: true,
        ..Data::default()
    };
    cursor.members(|cursor, key| {
        let slot = match key {
            b"status" => &mut data.status,
            b"out_params" => &mut data.out_params,
            b"execution_id" => &mut data.execution_id,
            b"error_msg" => &mut data.error_msg,
            b"code" => &mut data.code,
            _ => return cursor.skip_member(key),
        };
        *slot = cursor.string_or_null()?;
        Some(())
    })?;
    Some(data)
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

#[cfg(test)]
mod differential {
    use super::{Envelope, parse_usual};
    use crate::mutation::{Dice, rounds};

    const REPLY: &[u8] = br#"{"code":0,"msg":"success","data":{"status":"end","out_params":"[{\"api_name\":\"a\",\"value\":\"x\\n\u0041\ud83d\ude00\/\"}]","execution_id":"1816970091484211","error_msg":null,"code":"0"},"more":[1,{"a":"b"}]}"#;

    const PARTS: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\\",
        b" ",
        b"\n",
        b"0",
        b"1",
        b"-",
        b".",
        b"e",
        b"\\u00",
        b"\\ud83d",
        b"\\ude00",
        b"null",
        b"nul",
        b"true",
        b"\"code\":",
        b"\"data\":{},",
        b"\"error\":{},",
        b"\"$serde_json::private::RawValue\":\"1\",",
        b"\xff",
        b"\x01",
        "谢".as_bytes(),
        b"\\\"",
    ];

    #[test]
    fn the_usual_reply_is_read_as_serde_json_reads_it() {
        let mut dice = Dice::new();
        let (mut usual, mut unusual) = (0, 0);
        for _ in 0..rounds() {
            let mut body = REPLY.to_vec();
            for _ in 0..dice.below(4) {
                let range = dice.few_of(&body);
                body.splice(range, dice.one_of(PARTS).iter().copied());
            }
            let shown = String::from_utf8_lossy(&body);
            let Some(read) = parse_usual(&body) else {
                unusual += usize::from(serde_json::from_slice::<Envelope<'_>>(&body).is_ok());
                continue;
            };
            usual += 1;
            let truth = serde_json::from_slice::<Envelope<'_>>(&body);
            let truth = truth.unwrap_or_else(|error| panic!("{error}: {shown}"));
            assert_eq!(read.code, truth.code, "{shown}");
            assert_eq!(read.msg, truth.msg, "{shown}");
            assert!(truth.error.is_none(), "{shown}");
            let (read, truth) = (&read.data, &truth.data);
            assert_eq!(read.is_object, truth.is_object, "{shown}");
            for (read, truth) in [
                (&read.status, &truth.status),
                (&read.out_params, &truth.out_params),
                (&read.execution_id, &truth.execution_id),
                (&read.error_msg, &truth.error_msg),
                (&read.code, &truth.code),
            ] {
                assert_eq!(read, truth, "{shown}");
            }
        }
        assert!(usual > rounds() / 4, "{usual} usual, {unusual} not");
    }
}
