//! Written by hand for speed: borrowing serde derives for the envelope, and for each flow a visitor that reads every
//! value straight into its field, in one pass if `api_name` comes first.

use std::borrow::Cow;
use std::io::{self, Write};

use apaas_flow::Status;
use serde::{Deserialize, Serialize};
use serde_json::Serializer;
use serde_json::ser::{CharEscape, Formatter};

use crate::Run;

#[derive(Deserialize)]
struct Reply<'a> {
    code: i64,
    #[serde(borrow, default)]
    msg: Cow<'a, str>,
    #[serde(borrow)]
    data: Option<Data<'a>>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow, default)]
    status: Cow<'a, str>,
    #[serde(borrow, default)]
    out_params: Cow<'a, str>,
    #[serde(borrow, default)]
    execution_id: Cow<'a, str>,
    #[serde(borrow, default)]
    error_msg: Cow<'a, str>,
    #[serde(borrow, default)]
    code: Cow<'a, str>,
}

pub fn decode<O: Outputs>(body: &[u8]) -> Run<O> {
    let reply: Reply<'_> = serde_json::from_slice(body).expect("JSON");
    assert!(reply.code == 0, "{}", reply.msg);
    let data = reply.data.expect("data");
    let status = Status::from(&*data.status);
    assert!(matches!(status, Status::End | Status::Agreed), "{status}");
    assert!(
        data.code.is_empty() && data.error_msg.is_empty(),
        "{}",
        data.error_msg
    );
    Run {
        execution_id: data.execution_id.into_owned(),
        status,
        output: O::read(&data.out_params),
    }
}

#[derive(Serialize)]
struct Request {
    operator: String,
    params: String,
}

#[derive(Serialize)]
pub struct Operator<'a> {
    #[serde(rename = "_id", skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

pub fn operator() -> Operator<'static> {
    Operator {
        id: Some(1111),
        email: Some("apaas@bytedance.com"),
    }
}

/// The usual way: the parameters become a text, which becomes a string in the body.
pub fn encode<F: Inputs>(flow: &F) -> Vec<u8> {
    let body = Request {
        operator: serde_json::to_string(&operator()).expect("JSON"),
        params: serde_json::to_string(&flow.params()).expect("JSON"),
    };
    serde_json::to_vec(&body).expect("JSON")
}

/// In a single pass: the output is escaped for the enclosing string as it is written.
pub fn encode_in_one_pass<F: Inputs>(flow: &F) -> Vec<u8> {
    let mut body = Vec::with_capacity(1024);
    body.extend_from_slice(br#"{"operator":""#);
    write_inside(&mut body, operator());
    body.extend_from_slice(br#"","params":""#);
    write_inside(&mut body, flow.params());
    body.extend_from_slice(br#""}"#);
    body
}

fn write_inside(body: &mut Vec<u8>, value: impl Serialize) {
    value
        .serialize(&mut Serializer::with_formatter(body, InsideString))
        .expect("JSON");
}

/// JSON inside a JSON string: only quotes and backslashes are written differently.
struct InsideString;

impl Formatter for InsideString {
    fn begin_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(br#"\""#)
    }

    fn end_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(br#"\""#)
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        writer.write_all(match escape {
            CharEscape::Quote => br#"\\\""#,
            CharEscape::ReverseSolidus => br"\\\\",
            CharEscape::Solidus => br"\\/",
            CharEscape::Backspace => br"\\b",
            CharEscape::FormFeed => br"\\f",
            CharEscape::LineFeed => br"\\n",
            CharEscape::CarriageReturn => br"\\r",
            CharEscape::Tab => br"\\t",
            CharEscape::AsciiControl(byte) => return write!(writer, r"\\u{byte:04x}"),
        })
    }
}

pub trait Inputs {
    fn params(&self) -> impl Serialize;
}

pub trait Outputs: Sized {
    fn read(out_params: &str) -> Self;
}

/// What has to be written again for each flow.
macro_rules! flow {
    ($flow:ident $output:ident { $($field:ident: $name:literal $type:ty,)* }) => {
        const _: () = {
            use std::fmt;

            use serde::Serialize;
            use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
            use serde_json::value::RawValue;

            #[derive(Serialize)]
            struct Params<'a> {
                $(#[serde(rename = $name)] $field: &'a $type,)*
            }

            impl by_hand::Inputs for $flow {
                fn params(&self) -> impl Serialize {
                    Params { $($field: &self.$field,)* }
                }
            }

            #[derive(Default)]
            struct Slots {
                $($field: Option<$type>,)*
            }

            struct Pairs;

            impl<'de> Visitor<'de> for Pairs {
                type Value = Slots;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a list of outputs")
                }

                fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Slots, A::Error> {
                    let mut slots = Slots::default();
                    while list.next_element_seed(Pair(&mut slots))?.is_some() {}
                    Ok(slots)
                }
            }

            struct Pair<'s>(&'s mut Slots);

            impl<'de> DeserializeSeed<'de> for Pair<'_> {
                type Value = ();

                fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                    deserializer.deserialize_map(self)
                }
            }

            impl<'de> Visitor<'de> for Pair<'_> {
                type Value = ();

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an output")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
                    let mut name: Option<&str> = None;
                    let mut early: Option<&RawValue> = None;
                    while let Some(key) = map.next_key::<&str>()? {
                        match (key, name) {
                            ("api_name", _) => name = Some(map.next_value()?),
                            $(("value", Some($name)) => self.0.$field = Some(map.next_value()?),)*
                            ("value", None) => early = Some(map.next_value()?),
                            _ => {
                                map.next_value::<IgnoredAny>()?;
                            }
                        }
                    }
                    if let (Some(name), Some(text)) = (name, early) {
                        match name {
                            $($name => self.0.$field = Some(serde_json::from_str(text.get()).map_err(A::Error::custom)?),)*
                            _ => {}
                        }
                    }
                    Ok(())
                }
            }

            impl by_hand::Outputs for $output {
                fn read(out_params: &str) -> Self {
                    let mut deserializer = serde_json::Deserializer::from_str(out_params);
                    let slots = deserializer.deserialize_seq(Pairs).expect("JSON");
                    deserializer.end().expect("nothing behind it");
                    $output { $($field: slots.$field.expect($name),)* }
                }
            }
        };
    };
}
pub(crate) use flow;
