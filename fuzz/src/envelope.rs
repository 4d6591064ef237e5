//! The reply's shell as serde_json reads it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// What a body is.
pub(crate) enum Envelope {
    /// No JSON object with a whole number as `code`.
    None,
    /// A list or an object where the document has a text: what it means is anybody's guess.
    Unclear,
    Reply {
        code: i64,
        /// None where it is no object.
        data: Option<Data>,
    },
}

/// Missing and null are the same as `""`.
#[derive(Default)]
pub(crate) struct Data {
    pub(crate) status: String,
    pub(crate) out_params: String,
    pub(crate) execution_id: String,
    pub(crate) error_msg: String,
    pub(crate) code: String,
    pub(crate) is_unclear: bool,
}

impl Data {
    /// Whether the flow engine or the status says that the flow did not end well.
    pub(crate) fn is_failure(&self) -> bool {
        let is_error = |text: &str| {
            !matches!(
                &*text.trim().to_ascii_lowercase(),
                "" | "null" | "ok" | "success"
            )
        };
        self.code.trim() != "0" && is_error(&self.code)
            || is_error(&self.error_msg)
            || !matches!(self.status.trim(), "" | "end" | "agreed")
    }
}

pub(crate) fn read(body: &[u8]) -> Envelope {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    match serde_json::from_slice(body) {
        Ok(Shell {
            is_unclear: true, ..
        }) => Envelope::Unclear,
        Ok(Shell {
            code: Some(code),
            data,
            ..
        }) => Envelope::Reply { code, data },
        Ok(Shell { code: None, .. }) => Envelope::None,
        Err(_) => Envelope::None,
    }
}

/// The last of several keys counts.
#[derive(Default)]
struct Shell {
    code: Option<i64>,
    data: Option<Data>,
    is_unclear: bool,
}

impl<'de> Deserialize<'de> for Shell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Shell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shell, A::Error> {
                let mut shell = Shell::default();
                while let Some(key) = map.next_key::<String>()? {
                    match &*key {
                        "code" => {
                            let code = map.next_value::<Text>()?;
                            shell.is_unclear |= code.is_unclear;
                            shell.code = code.text.parse().ok();
                        }
                        "msg" => shell.is_unclear |= map.next_value::<Text>()?.is_unclear,
                        "data" => {
                            shell.data = map.next_value::<MaybeData>()?.0;
                            shell.is_unclear |=
                                shell.data.as_ref().is_some_and(|data| data.is_unclear);
                        }
                        "error" => {
                            map.next_value::<&RawValue>()?;
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(shell)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// None for what is no object.
struct MaybeData(Option<Data>);

impl<'de> Deserialize<'de> for MaybeData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        macro_rules! nothing {
            ($($method:ident($type:ty),)*) => {$(
                fn $method<E>(self, _: $type) -> Result<MaybeData, E> {
                    Ok(MaybeData(None))
                }
            )*};
        }

        impl<'de> Visitor<'de> for Any {
            type Value = MaybeData;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<MaybeData, E> {
                Ok(MaybeData(None))
            }

            nothing! {
                visit_bool(bool),
                visit_i64(i64),
                visit_u64(u64),
                visit_f64(f64),
                visit_str(&str),
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<MaybeData, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(MaybeData(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<MaybeData, A::Error> {
                let mut data = Data::default();
                while let Some(key) = map.next_key::<String>()? {
                    let slot = match &*key {
                        "status" => &mut data.status,
                        "out_params" => &mut data.out_params,
                        "execution_id" => &mut data.execution_id,
                        "error_msg" => &mut data.error_msg,
                        "code" => &mut data.code,
                        NUMBER if cfg!(feature = "arbitrary_precision") => {
                            // a number, not an object
                            data.is_unclear = true;
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                    };
                    let text = map.next_value::<Text>()?;
                    *slot = text.text;
                    data.is_unclear |= text.is_unclear;
                }
                Ok(MaybeData(Some(data)))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// With `arbitrary_precision`, serde_json passes a number as an object of this one key.
const NUMBER: &str = "$serde_json::private::Number";

/// A scalar as text.
struct Text {
    text: String,
    is_unclear: bool,
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        macro_rules! displayed {
            ($($method:ident($type:ty),)*) => {$(
                fn $method<E>(self, scalar: $type) -> Result<Text, E> {
                    Ok(Text { text: scalar.to_string(), is_unclear: false })
                }
            )*};
        }

        impl<'de> Visitor<'de> for Any {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text {
                    text: String::new(),
                    is_unclear: false,
                })
            }

            displayed! {
                visit_bool(bool),
                visit_i64(i64),
                visit_u64(u64),
                visit_f64(f64),
                visit_str(&str),
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Text, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text {
                    text: String::new(),
                    is_unclear: true,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                let mut number = Text {
                    text: String::new(),
                    is_unclear: true,
                };
                while let Some(key) = map.next_key::<String>()? {
                    if cfg!(feature = "arbitrary_precision") && key == NUMBER {
                        // written as it was, which is the same text for a whole number only
                        number.text = map.next_value::<Text>()?.text;
                        number.is_unclear = number.text.contains(|c: char| !c.is_ascii_digit());
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(number)
            }
        }

        deserializer.deserialize_any(Any)
    }
}
