//! The type of a value from what replies have in its place.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::known;
use super::model::{Field, JSON, JSON_OBJECT, TEXT, Type};
use crate::value::{
    Attachment, Avatar, BigInt, Choice, Date, DateTime, Decimal, Lookup, Multilingual, Phone,
    RecordRef, Region, RichText,
};

/// Milliseconds of the years 2000 to 2100.
const MOMENTS: std::ops::RangeInclusive<i64> = 946_684_800_000..=4_102_444_800_000;

pub(super) struct Inferred {
    pub(super) ty: Type,
    pub(super) guess: Option<&'static str>,
}

fn sure(ty: Type) -> Inferred {
    Inferred { ty, guess: None }
}

fn guess(ty: Type, guess: &'static str) -> Inferred {
    Inferred {
        ty,
        guess: Some(guess),
    }
}

/// Of one name in all replies: absent in some, or null.
pub(super) fn field(api_name: &str, values: &[&Value], is_missing: bool) -> Field {
    let some: Vec<&Value> = values.iter().copied().filter(|v| !v.is_null()).collect();
    let filled: Vec<&Value> = some.iter().copied().filter(|v| !is_empty(v)).collect();
    let (mut inferred, mut seen) = (of(&some), some.len());
    if filled.len() < some.len() {
        let of_filled = of(&filled);
        // an `Option` of one of these reads what is empty as none
        if matches!(of_filled.ty, Type::Value(_)) {
            (inferred, seen) = (of_filled, filled.len());
        }
    }
    Field {
        api_name: api_name.to_owned(),
        is_optional: is_missing || seen < values.len(),
        ty: inferred.ty,
        description: None,
        guess: inferred.guess,
    }
}

/// `""`, `{}` and `[]`
fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Of values of which none is null.
fn of(values: &[&Value]) -> Inferred {
    let all = |is: fn(&Value) -> bool| values.iter().all(|value| is(value));
    if values.is_empty() {
        return guess(JSON, "only null or nothing was seen");
    }
    if let Some(ty) = platform(values) {
        return sure(ty);
    }
    if all(Value::is_boolean) {
        sure(Type::Plain("bool"))
    } else if all(Value::is_number) {
        number(values)
    } else if all(Value::is_string) {
        string(values)
    } else if all(Value::is_array) {
        list(values)
    } else if all(Value::is_object) {
        object(values)
    } else if values.iter().all(|v| is_moment(v)) && reads::<DateTime>(values) {
        guess(
            Type::Value("DateTime"),
            "the values seen were texts of moments, and numbers that could be milliseconds",
        )
    } else if values.iter().all(|v| v.is_i64() || is_whole(v)) && reads::<BigInt>(values) {
        guess(
            Type::Value("BigInt"),
            "the values seen were whole numbers, as numbers and as texts",
        )
    } else {
        guess(JSON, "the values seen were of different kinds")
    }
}

fn number(values: &[&Value]) -> Inferred {
    if values.iter().all(|v| is_moment(v)) {
        return guess(
            Type::Value("DateTime"),
            "the numbers seen could be milliseconds; `i64` if they are none",
        );
    }
    if values.iter().all(|v| v.is_i64()) {
        guess(
            Type::Plain("i64"),
            "only whole numbers were seen; `f64` if there are fractions",
        )
    } else if values.iter().all(|v| v.is_u64()) {
        sure(Type::Plain("u64"))
    } else if values.iter().any(|v| is_beyond_integers(v)) {
        guess(
            Type::Plain("f64"),
            "a whole number seen is larger than `i64` holds, and `f64` rounds it",
        )
    } else {
        sure(Type::Plain("f64"))
    }
}

/// A whole number that no integer type holds.
fn is_beyond_integers(value: &Value) -> bool {
    let is_integer = value.is_i64() || value.is_u64();
    !is_integer
        && value
            .as_f64()
            .is_some_and(|number| number.fract() == 0.0 && number.abs() > 9e18)
}

fn string(values: &[&Value]) -> Inferred {
    let text = |is: fn(&str) -> bool| values.iter().all(|v| v.as_str().is_some_and(is));
    if reads::<Date>(values) && text(|t| t.len() == 10) {
        return guess(Type::Value("Date"), "the texts seen were dates");
    }
    if values.iter().all(|v| is_moment(v)) && reads::<DateTime>(values) {
        return guess(Type::Value("DateTime"), "the texts seen were moments");
    }
    if values.iter().all(|v| is_whole(v)) && reads::<BigInt>(values) {
        return guess(
            Type::Value("BigInt"),
            "the texts seen were whole numbers; `String` if it is a text",
        );
    }
    let is_decimal = |t: &str| t.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-'));
    if text(is_decimal) && text(|t| t.contains('.')) && reads::<Decimal>(values) {
        return guess(
            Type::Value("Decimal"),
            "the texts seen were decimal numbers; `String` if it is a text",
        );
    }
    sure(TEXT)
}

/// Milliseconds, or a text with a date and a time.
fn is_moment(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_i64().is_some_and(|n| MOMENTS.contains(&n)),
        Value::String(text) => text.len() >= 19 && text.contains(':'),
        _ => false,
    }
}

/// The digits of a whole number, as the platform writes them.
fn is_whole(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let has_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    has_digits && (digits == "0" || !digits.starts_with('0')) && digits.len() <= 18
}

fn list(values: &[&Value]) -> Inferred {
    let items: Vec<&Value> = values
        .iter()
        .filter_map(|v| v.as_array())
        .flatten()
        .collect();
    if items.is_empty() {
        return guess(Type::list(JSON), "only empty lists were seen");
    }
    let some: Vec<&Value> = items.iter().copied().filter(|v| !v.is_null()).collect();
    let Inferred { ty, guess } = of(&some);
    let ty = if some.len() < items.len() && !ty.is_deep() {
        Type::Optional(Box::new(ty))
    } else {
        ty
    };
    Inferred {
        ty: Type::list(ty),
        guess,
    }
}

fn object(values: &[&Value]) -> Inferred {
    let objects: Vec<&Map<String, Value>> = values.iter().filter_map(|v| v.as_object()).collect();
    let fields = fields(&objects);
    if fields.is_empty() {
        return guess(JSON_OBJECT, "only empty objects were seen");
    }
    sure(Type::Object(fields))
}

/// All names that any of the objects has.
pub(super) fn fields(objects: &[&Map<String, Value>]) -> Vec<Field> {
    let mut seen = BTreeSet::new();
    let names = objects.iter().flat_map(|object| object.keys());
    let names: Vec<&String> = names.filter(|name| seen.insert(*name)).collect();
    let fields = names.into_iter().map(|name| {
        let values: Vec<&Value> = objects.iter().filter_map(|o| o.get(name)).collect();
        field(name, &values, values.len() < objects.len())
    });
    fields.collect()
}

/// The platform's own values, in either dialect: by their keys, and only where the type reads all that was seen, which may
/// be the bare id or name that the other dialect has in their place.
fn platform(values: &[&Value]) -> Option<Type> {
    let objects = values.iter().filter_map(|value| value.as_object());
    let keys = objects.map(|object| object.keys().map(String::as_str).collect());
    let name = if values.iter().all(|value| is_translated(value)) {
        known::MULTILINGUAL
    } else {
        known::of_keys(&keys.collect::<Vec<_>>())?
    };
    let reads_all = match name {
        "Attachment" => reads::<Attachment>(values),
        "Avatar" => reads::<Avatar>(values),
        "Choice" => reads::<Choice>(values),
        "Lookup" => reads::<Lookup>(values),
        "Multilingual" => reads::<Multilingual>(values),
        "Phone" => reads::<Phone>(values),
        "RecordRef" => reads::<RecordRef>(values),
        "Region" => reads::<Region>(values),
        "RichText" => reads::<RichText>(values),
        _ => false,
    };
    reads_all.then_some(Type::Value(name))
}

/// `[{"language_code":1033,"text":".."}]`
fn is_translated(value: &Value) -> bool {
    let is_translation = |item: &Value| {
        let object = item.as_object();
        object.is_some_and(|object| known::is_translation(object.keys().map(String::as_str)))
    };
    let items = value.as_array();
    items.is_some_and(|items| !items.is_empty() && items.iter().all(is_translation))
}

fn reads<T: DeserializeOwned>(values: &[&Value]) -> bool {
    values.iter().all(|value| T::deserialize(*value).is_ok())
}
