//! The reply's outer shape, read with tolerance: nothing is promised but `code`, `msg` and `data`.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::raw::{Fault, integer, members, scalar, scalar_or_json};
use crate::codec::Cursor;

/// `{"code": 0, "msg": "success", "data": {...}}`, and for a refusal `error`.
#[derive(Default)]
pub(super) struct Envelope<'a> {
    pub(super) code: i64,
    pub(super) msg: Cow<'a, str>,
    pub(super) data: Data<'a>,
    pub(super) error: Option<&'a RawValue>,
}

/// Texts that may be missing, every one; missing and null are the same as `""` here.
#[derive(Default)]
pub(super) struct Data<'a> {
    /// Whether there is an object at all.
    pub(super) is_object: bool,
    /// Whether it is not an object, and mentions an `execution_id` all the same.
    pub(super) names_run: bool,
    pub(super) status: Cow<'a, str>,
    pub(super) out_params: Cow<'a, str>,
    pub(super) execution_id: Cow<'a, str>,
    pub(super) error_msg: Cow<'a, str>,
    pub(super) code: Cow<'a, str>,
}

/// The envelope, if the body is one: a JSON object with a whole number as `code`.
pub(super) fn parse(body: &[u8]) -> Result<Envelope<'_>, Fault> {
    match parse_usual(body) {
        Some(envelope) => Ok(envelope),
        None => parse_any(body),
    }
}

/// The envelope of a reply without `error`, in which what is a text in the document is one, and no key comes twice. It
/// is read in a third of the time; nothing else may be told from it than from `parse_any`.
fn parse_usual(body: &[u8]) -> Option<Envelope<'_>> {
    let mut envelope = Envelope::default();
    let mut seen = Seen::default();
    let mut cursor = Cursor::new(body);
    cursor.members(|cursor, key| {
        match key {
            b"code" => {
                seen.first(Seen::CODE)?;
                envelope.code = cursor.integer()?;
            }
            b"msg" => {
                seen.first(Seen::MSG)?;
                envelope.msg = cursor.string_or_null()?;
            }
            b"data" => {
                seen.first(Seen::DATA)?;
                envelope.data = parse_usual_data(cursor)?;
            }
            b"error" => return None,
            _ => cursor.skip_member(key)?,
        }
        Some(())
    })?;
    (cursor.is_at_end() && seen.has(Seen::CODE)).then_some(envelope)
}

fn parse_usual_data<'a>(cursor: &mut Cursor<'a>) -> Option<Data<'a>> {
    let mut data = Data {
        is_object: true,
        ..Data::default()
    };
    let mut seen = Seen::default();
    cursor.members(|cursor, key| {
        let (slot, field) = match key {
            b"status" => (&mut data.status, Seen::STATUS),
            b"out_params" => (&mut data.out_params, Seen::OUT_PARAMS),
            b"execution_id" => (&mut data.execution_id, Seen::EXECUTION_ID),
            b"error_msg" => (&mut data.error_msg, Seen::ERROR_MSG),
            b"code" => (&mut data.code, Seen::CODE),
            _ => return cursor.skip_member(key),
        };
        seen.first(field)?;
        *slot = cursor.string_or_null()?;
        Some(())
    })?;
    Some(data)
}

/// Which keys of an object have come.
#[derive(Default)]
struct Seen(u8);

impl Seen {
    const CODE: u8 = 1;
    const MSG: u8 = 2;
    const DATA: u8 = 4;
    const STATUS: u8 = 8;
    const OUT_PARAMS: u8 = 16;
    const EXECUTION_ID: u8 = 32;
    const ERROR_MSG: u8 = 64;

    fn has(&self, key: u8) -> bool {
        self.0 & key != 0
    }

    /// None if the key has come before.
    #[inline]
    fn first(&mut self, key: u8) -> Option<()> {
        if self.has(key) {
            return None;
        }
        self.0 |= key;
        Some(())
    }
}

/// The envelope of any reply that has one.
fn parse_any(body: &[u8]) -> Result<Envelope<'_>, Fault> {
    let [code, msg, data, error] = members(body, ["code", "msg", "data", "error"])?;
    Ok(Envelope {
        code: integer(&text(code)?).ok_or(Fault::Unreadable)?,
        msg: text(msg)?,
        data: data.map_or(Ok(Data::default()), parse_any_data)?,
        error,
    })
}

fn parse_any_data(data: &RawValue) -> Result<Data<'_>, Fault> {
    // Whatever else it is, it must not make the code beside it unreadable.
    if !data.get().starts_with('{') {
        return Ok(Data {
            names_run: data.get().contains("execution_id"),
            ..Data::default()
        });
    }
    let keys = ["status", "out_params", "execution_id", "error_msg", "code"];
    let [status, out_params, execution_id, error_msg, code] = members(data.get().as_bytes(), keys)?;
    Ok(Data {
        is_object: true,
        status: text(status)?,
        out_params: out_params
            .map_or(Some(Cow::Borrowed("")), scalar_or_json)
            .ok_or(Fault::Unreadable)?,
        execution_id: text(execution_id)?,
        error_msg: text(error_msg)?,
        code: text(code)?,
        ..Data::default()
    })
}

/// Nothing where it is missing.
fn text(value: Option<&RawValue>) -> Result<Cow<'_, str>, Fault> {
    value
        .map_or(Some(Cow::Borrowed("")), scalar)
        .ok_or(Fault::Unreadable)
}

#[cfg(test)]
mod differential {
    use super::{parse_any, parse_usual};
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
        b"\"code\":0,",
        b"\"msg\":\"\",",
        b"\"status\":\"end\",",
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
                unusual += usize::from(parse_any(&body).is_ok());
                continue;
            };
            usual += 1;
            let truth = parse_any(&body).unwrap_or_else(|fault| panic!("{fault:?}: {shown}"));
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
