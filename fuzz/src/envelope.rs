//! The reply's shell as serde_json reads it, and what its texts say of the run.

use std::fmt;

use apaas_flow::{ErrorKind, Status};
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::repair::repair;

/// What a body is.
pub(crate) enum Envelope {
    /// No JSON object with a whole number as `code`, or one in which a key comes twice with different values. With all
    /// of its text, if that may be a reply.
    None(Option<String>),
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
}

/// What stands for an object or a list in a text's place.
const COMPOUND: [&str; 2] = ["{…}", "[…]"];

impl Data {
    /// Whether the flow engine itself says that something is wrong.
    pub(crate) fn is_refused(&self) -> bool {
        let is_error = |text: &str| {
            let word = text.trim().to_ascii_lowercase();
            !matches!(&*word, "" | "null" | "ok" | "success")
        };
        is_error(&self.code) && integer(self.code.trim()) != Some(0) || is_error(&self.error_msg)
    }

    /// What its status says is wrong.
    pub(crate) fn failure(&self) -> Option<ErrorKind> {
        match self.status.trim() {
            "" if !self.shows_a_run() => Some(ErrorKind::Malformed),
            "" | "end" | "agreed" => None,
            "wait" | "in_process" => Some(ErrorKind::Unfinished),
            "failed" | "rejected" | "canceled" => Some(ErrorKind::Flow),
            _ => Some(ErrorKind::Malformed),
        }
    }

    pub(crate) fn shows_a_run(&self) -> bool {
        !self.execution_id.is_empty()
            || !matches!(self.out_params.trim(), "" | "[]" | "{}" | "null")
            || !matches!(self.status.trim(), "" | "failed" | "rejected")
    }

    /// None where it is missing, or no text.
    pub(crate) fn execution_id(&self) -> Option<&str> {
        let id = &*self.execution_id;
        (!id.is_empty() && !COMPOUND.contains(&id)).then_some(id)
    }

    pub(crate) fn status(&self) -> Option<Status> {
        let status = self.status.trim();
        (!status.is_empty()).then(|| Status::from(status))
    }
}

/// Why an object cannot be read.
enum Fault {
    Unreadable,
    Ambiguous,
}

/// A body that is unreadable for a bad character is read once more without.
pub(crate) fn read(body: &[u8]) -> Envelope {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let may_be_a_reply = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    let repaired = match parse(body) {
        Err(Fault::Unreadable) => repair(body),
        _ => None,
    };
    let body = repaired.as_deref().unwrap_or(body);
    match parse(body) {
        Ok((code, data)) => Envelope::Reply { code, data },
        Err(_) => {
            Envelope::None(may_be_a_reply.then(|| String::from_utf8_lossy(body).into_owned()))
        }
    }
}

fn parse(body: &[u8]) -> Result<(i64, Option<Data>), Fault> {
    let [code, msg, data, _] = members(body, ["code", "msg", "data", "error"])?;
    let code = integer(&text(code)?).ok_or(Fault::Unreadable)?;
    text(msg)?;
    let data = data.filter(|data| data.starts_with('{'));
    Ok((code, data.map(parse_data).transpose()?))
}

fn parse_data(data: &str) -> Result<Data, Fault> {
    let keys = ["status", "out_params", "execution_id", "error_msg", "code"];
    let [status, out_params, execution_id, error_msg, code] = members(data.as_bytes(), keys)?;
    Ok(Data {
        status: text(status)?,
        out_params: match out_params {
            // outputs that nobody has put into a text
            Some(json) if json.starts_with(['{', '[']) => json.to_owned(),
            out_params => text(out_params)?,
        },
        execution_id: text(execution_id)?,
        error_msg: text(error_msg)?,
        code: text(code)?,
    })
}

/// A scalar as text, a number as it is written.
fn text(value: Option<&str>) -> Result<String, Fault> {
    let value = value.unwrap_or("null");
    let is_empty = || value[1..value.len() - 1].trim().is_empty();
    let text = match value.as_bytes().first() {
        Some(b'"') => return serde_json::from_str(value).map_err(|_| Fault::Unreadable),
        Some(b'n') => "",
        Some(b'{' | b'[') if is_empty() => "",
        Some(b'{') => COMPOUND[0],
        Some(b'[') => COMPOUND[1],
        _ => value,
    };
    Ok(text.to_owned())
}

/// A whole number, in digits or with a fraction that is none.
fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        let is_whole = number.trunc() == number && number.abs() < 1e15;
        is_whole.then_some(number as i64)
    })
}

/// The JSON texts under these keys of an object; of all others nobody asks more than where they end.
fn members<'a, const N: usize>(
    json: &'a [u8],
    keys: [&str; N],
) -> Result<[Option<&'a str>; N], Fault> {
    struct Object<'k, const N: usize>([&'k str; N]);

    impl<'de, const N: usize> Visitor<'de> for Object<'_, N> {
        type Value = Vec<(usize, &'de RawValue)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = Vec::with_capacity(N);
            while let Some(key) = map.next_key::<String>()? {
                match self.0.iter().position(|known| *known == key) {
                    Some(known) => found.push((known, map.next_value()?)),
                    None => drop(map.next_value::<IgnoredAny>()?),
                }
            }
            Ok(found)
        }
    }

    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let found = deserializer.deserialize_map(Object(keys));
    let found = found.and_then(|found| deserializer.end().map(|()| found));
    let mut members = [None; N];
    let mut is_ambiguous = false;
    for (known, value) in found.map_err(|_| Fault::Unreadable)? {
        let before = members[known].replace(value.get());
        is_ambiguous |= before.is_some_and(|before| before != value.get());
    }
    if is_ambiguous {
        return Err(Fault::Ambiguous);
    }
    Ok(members)
}
