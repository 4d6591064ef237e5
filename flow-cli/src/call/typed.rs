//! Checks inputs against the flow's contract, and converts text to its types, before anything is sent.

use std::path::Path;

use apaas_flow::value::{BigInt, Date, DateTime, Decimal, RecordRef};
use apaas_flow_contract::{Contract, Entry, Kind, Members, Shape, Side, suggest};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::inputs::{Input, Value};
use crate::failure::Mistake;

/// The inputs as JSON. Without a contract each text is a string.
pub(crate) fn convert(
    inputs: Vec<Input>,
    contract: Option<&(impl AsRef<Path>, Contract)>,
) -> Result<Vec<(String, Box<RawValue>)>, Mistake> {
    let entries = contract.and_then(|(file, contract)| {
        Some((
            file.as_ref(),
            contract.is_partial(),
            contract.entries(Side::Inputs)?,
        ))
    });
    let mut wrong = Vec::new();
    if let Some((file, is_partial, entries)) = entries {
        for input in &inputs {
            wrong.extend(unknown(&input.name, entries, is_partial, file));
        }
        for (name, entry) in entries.iter() {
            if entry.is_required() && inputs.iter().all(|input| input.name != name) {
                wrong.push(format!(
                    "input `{name}` is required by {}; give it with -i {name}=...",
                    file.display()
                ));
            }
        }
    }
    let mut converted = Vec::with_capacity(inputs.len());
    for Input { name, value } in inputs {
        let entry = entries.and_then(|(_, _, entries)| entries.get(&name));
        match one(value, entry) {
            Ok(json) => converted.push((name, json)),
            Err(why) => wrong.push(format!("input `{name}` {why}")),
        }
    }
    if wrong.is_empty() {
        Ok(converted)
    } else {
        Err(Mistake::new(wrong.join("\n")))
    }
}

fn unknown(name: &str, entries: &Members<Entry>, is_partial: bool, file: &Path) -> Option<String> {
    if entries.get(name).is_some() {
        return None;
    }
    let nearest = if is_partial {
        // a partial contract may lack it: only a near miss is a mistake
        entries
            .names()
            .find(|known| suggest::is_typo(name, known))?
    } else {
        let Some(nearest) = suggest::nearest(name, entries.names()) else {
            let names: Vec<_> = entries.names().collect();
            let known = suggest::some_of(&names).unwrap_or_else(|| "none".to_owned());
            return Some(format!(
                "input `{name}` is not in {}; it has {known}",
                file.display()
            ));
        };
        nearest
    };
    Some(format!(
        "input `{name}` is not in {}; did you mean `{nearest}`?",
        file.display()
    ))
}

/// The value as JSON, or why it does not fit.
fn one(value: Value, entry: Option<&Entry>) -> Result<Box<RawValue>, String> {
    let kind = entry.and_then(Entry::kind);
    let several = entry
        .and_then(Entry::value_type)
        .is_some_and(|value| value.several == Some(true));
    match value {
        Value::Json(json) => {
            let shape = Shape::of(json.get());
            let list_expected = several && shape != Shape::Array;
            let other_expected =
                !several && shape != Shape::Null && kind.is_some_and(|kind| !kind.allows(shape));
            if list_expected && shape != Shape::Null {
                return Err("must be a JSON array: the contract says several".to_owned());
            }
            match kind {
                Some(kind) if other_expected => Err(format!(
                    "does not fit its type in the contract, {}",
                    kind.word()
                )),
                _ => Ok(json),
            }
        }
        Value::Text(_) if several => Err("is a list; give it as JSON, with NAME:=[...]".to_owned()),
        Value::Text(text) => of_text(&text, kind.unwrap_or(Kind::Any)),
    }
}

/// A smaller number of milliseconds since 1970 is in its first months, and so was meant to be something else.
const LEAST_MILLIS: i64 = 10_000_000_000;

/// Converts text to a value of a type.
fn of_text(text: &str, kind: Kind) -> Result<Box<RawValue>, String> {
    let trimmed = text.trim();
    match kind {
        Kind::Text | Kind::String | Kind::Option | Kind::Any => raw(&text),
        // Excel writes TRUE
        Kind::Boolean => match trimmed {
            "true" | "TRUE" => raw(&true),
            "false" | "FALSE" => raw(&false),
            _ => Err("must be true or false".to_owned()),
        },
        Kind::Integer | Kind::BigInt | Kind::Decimal | Kind::Lookup if has_exponent(trimmed) => Err(
            "has an exponent, such as 1.81697E+15: Excel writes long numbers this way and drops their last digits; format the column as text and enter every digit"
                .to_owned(),
        ),
        Kind::Integer => match trimmed.parse::<i64>() {
            Ok(number) => raw(&number),
            Err(_) => Err("must be an integer of 64 bits, such as 5454545".to_owned()),
        },
        Kind::Number => match trimmed.parse::<serde_json::Number>() {
            Ok(_) => verbatim(trimmed),
            Err(_) => Err("must be a number, such as 128.5".to_owned()),
        },
        Kind::BigInt => parsed::<BigInt>(trimmed, "an integer, such as 5454545"),
        Kind::Decimal => parsed::<Decimal>(trimmed, "a decimal number, such as 128.50"),
        Kind::Date => parsed::<Date>(trimmed, "a date, such as 2026-11-26"),
        Kind::DateTime => match trimmed.parse::<i64>() {
            Ok(0..LEAST_MILLIS) => Err(
                "is a serial date of Excel or a number of seconds: as milliseconds it would be in early 1970; write a time such as 2026-11-26T08:00:00+08:00"
                    .to_owned(),
            ),
            Ok(millis) => raw(&millis),
            Err(_) => parsed::<DateTime>(
                trimmed,
                "a time, such as 2026-11-26T08:00:00+08:00 or milliseconds since 1970",
            ),
        },
        Kind::Lookup => parsed::<RecordRef>(trimmed, "the id of a record, such as 5454545"),
        Kind::Multilingual
        | Kind::Phone
        | Kind::Region
        | Kind::Avatar
        | Kind::Attachment
        | Kind::RichText
        | Kind::Array
        | Kind::Object => Err(format!(
            "is {} in the contract; give it as JSON, with NAME:=JSON or NAME:=@FILE",
            kind.word()
        )),
    }
}

fn has_exponent(text: &str) -> bool {
    text.contains(['e', 'E']) && text.parse::<f64>().is_ok()
}

fn parsed<T: std::str::FromStr + Serialize>(
    text: &str,
    what: &str,
) -> Result<Box<RawValue>, String> {
    match text.parse::<T>() {
        Ok(value) => raw(&value),
        Err(_) => Err(format!("must be {what}")),
    }
}

fn raw(value: &impl Serialize) -> Result<Box<RawValue>, String> {
    to_raw_value(value).map_err(|error| format!("cannot be written as JSON: {error}"))
}

/// Of a text that is JSON.
fn verbatim(text: &str) -> Result<Box<RawValue>, String> {
    RawValue::from_string(text.to_owned())
        .map_err(|error| format!("cannot be written as JSON: {error}"))
}
