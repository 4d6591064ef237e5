//! The first reading against the second: the same values, and the same words where something does not fit.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::FieldReader;
use crate::error::Result;
use crate::mutation::{Dice, rounds};

/// A type that reads nothing of its value.
#[derive(Debug)]
struct Blind;

impl<'de> Deserialize<'de> for Blind {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

/// A type that asks for the names alone and for no value.
#[derive(Debug)]
struct Names(#[expect(dead_code, reason = "shown")] Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> serde::de::Visitor<'de> for Keys {
            type Value = Names;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = map.next_key()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_map(Keys)
    }
}

const VALUES: &[&str] = &[
    "1",
    "null",
    "\"x\"",
    r#""\"x\u0041""#,
    "[1,2]",
    r#"{"k":[1]}"#,
    "12.5",
    "true",
    " 7 ",
    "1e400",
    "-0",
    "\"\"",
    "{}",
    r#"{"$serde_json::private::RawValue":"1"}"#,
];

const PARTS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    " ",
    "\n",
    "1",
    "-",
    "e5",
    "null",
    "nul",
    "true",
    "\"a\"",
    "\"b\"",
    "\"api_name\"",
    "\"value\"",
    r#"{"api_name":"a","value":1}"#,
    r#"{"api_name":"b","value":null}"#,
    r#"{"value":"x","api_name":"c"}"#,
    r#",{"api_name":"c","value":[1,{"x":"\""}]}"#,
    r#""type":"t","#,
    "\u{0}",
    "谢",
    "\\u0061",
    "\\ud83d\\ude00",
    "\\ud83d",
    "0",
    ".5",
    "1e400",
    "123456789012345678901",
];

/// A list of outputs, or nearly one.
fn text(dice: &mut Dice) -> String {
    let pair = |dice: &mut Dice| {
        let name = dice.one_of(&["a", "b", "c", "d", r"\u0061", ""]);
        let value = dice.one_of(VALUES);
        let space = dice.one_of(&[" ", "", "", ""]);
        match dice.below(8) {
            0 => format!(r#"{{"value":{value},"api_name":"{name}"}}"#),
            1 => format!(
                r#"{{"type":[{value}],"api_name":{space}"{name}","value":{value},"more":{value}}}"#
            ),
            2 => format!(r#"{{"api_name":"{name}","value":{value},"value":1}}"#),
            _ => format!(r#"{{"api_name":"{name}",{space}"value":{space}{value}{space}}}{space}"#),
        }
    };
    let pairs: Vec<_> = (0..dice.below(6)).map(|_| pair(dice)).collect();
    let mut text = match dice.below(8) {
        0 => String::new(),
        _ => format!("[{}]", pairs.join(",")),
    };
    for _ in 0..dice.below(3) {
        let mut range = dice.few_of(text.as_bytes());
        while !text.is_char_boundary(range.start) {
            range.start -= 1;
        }
        while !text.is_char_boundary(range.end) {
            range.end += 1;
        }
        text.replace_range(range, dice.one_of(PARTS));
    }
    text
}

/// Takes outputs in one of many orders and ways, as generated and handwritten flows do.
#[expect(clippy::zero_sized_map_values, reason = "a type that reads nothing")]
fn take(from: &mut FieldReader<'_>, way: usize) -> Result<String> {
    let [first, second, third, fourth] = [
        ["a", "b", "c", "d"],
        ["d", "c", "b", "a"],
        ["b", "a", "a", "c"],
        ["a", "a", "d", "b"],
    ][way / 2 % 4];
    let names: Vec<_> = match way % 5 {
        0 => from.names().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    // every other time of types that take any value, so that reading gets further
    let (one, two, three, four) = if way % 2 == 0 {
        (
            shown(from.take::<Option<i64>>(first)),
            shown(from.take::<Value>(second)),
            shown(from.take_or_default::<String>(third)),
            shown(from.take_nullable::<Vec<u8>>(fourth)),
        )
    } else {
        (
            shown(from.take_nullable::<Value>(first)),
            shown(from.take_or_default::<Value>(second)),
            shown(from.take::<Option<Value>>(third)),
            shown(from.take::<Option<Value>>(fourth)),
        )
    };
    let rest = match way / 8 % 8 {
        0 => from
            .take_all::<BTreeMap<String, Value>>()
            .map(|all| format!("{all:?}")),
        1 => from.take_all::<Names>().map(|names| format!("{names:?}")),
        // an error that the author gets over
        2 => {
            let is_read = from.take_all::<BTreeMap<String, i64>>().is_ok();
            return Ok(format!("{is_read}"));
        }
        3 => {
            let either = from
                .take::<i64>("a")
                .map(|number| number.to_string())
                .or_else(|_| from.take::<String>("a"));
            return Ok(format!("{} {} {names:?}", one.is_ok(), either?));
        }
        4 if way % 3 == 0 => from
            .take_all::<BTreeMap<String, Blind>>()
            .map(|all| format!("{all:?}")),
        4 => from.take::<Blind>(first).map(|blind| format!("{blind:?}")),
        5 => from.take_with(first, |_| Ok("unread".to_owned())),
        6 => from.take_with_or_default(second, |value| {
            Option::<f64>::deserialize(value).map(|number| format!("{number:?}"))
        }),
        _ => from
            .take::<Vec<Value>>(third)
            .map(|list| format!("{list:?}")),
    };
    Ok(format!(
        "{} {} {} {} {} {names:?}",
        one?, two?, three?, four?, rest?
    ))
}

fn shown(result: Result<impl std::fmt::Debug>) -> Result<String> {
    result.map(|value| format!("{value:?}"))
}

#[test]
fn both_readings_say_the_same() {
    let mut dice = Dice::new();
    let (mut good, mut bad) = (0, 0);
    for round in 0..rounds() {
        let text = text(&mut dice);
        let indexed = FieldReader::read_indexed(&text, |outputs| take(outputs, round));
        let read = FieldReader::read_all(&text, |outputs| take(outputs, round));
        let words = |result: Result<String>| result.map_err(|error| error.to_string());
        let (indexed, read) = (words(indexed), words(read));
        assert_eq!(read, indexed, "{text} (round {round})");
        *if read.is_ok() { &mut good } else { &mut bad } += 1;
    }
    assert!(good > rounds() / 10 && bad > rounds() / 10, "{good} {bad}");
}
