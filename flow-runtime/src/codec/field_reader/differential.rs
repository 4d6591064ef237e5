//! Compares reading in place with reading from the index: the same values, and the same error messages.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::FieldReader;
use crate::error::{Error, ErrorKind, Result};
use crate::mutation::{Dice, rounds};
use crate::value::{Choice, Decimal, Lookup, Multilingual};

/// A type that reads nothing of its value.
#[derive(Debug, Default)]
struct Blind;

impl<'de> Deserialize<'de> for Blind {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

/// A type that reads a value and then refuses every other one.
#[derive(Debug, Default)]
struct Fussy(#[expect(dead_code, reason = "shown")] String);

impl<'de> Deserialize<'de> for Fussy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?.to_string();
        match value.len() % 2 {
            0 => Ok(Self(value)),
            _ => Err(D::Error::custom("odd")),
        }
    }
}

/// A list that leaves out what does not fit, so that serde_json may have stopped anywhere.
///
/// It would also accept invalid JSON, which nobody checks again when reading in place. So it is given only valid JSON.
#[derive(Debug, Default)]
struct Tolerant<T>(#[expect(dead_code, reason = "shown")] Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Tolerant<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = Tolerant<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tolerant<T>, A::Error> {
                let mut all = Vec::new();
                for _ in 0..4 {
                    match list.next_element() {
                        Ok(Some(item)) => all.push(item),
                        Ok(None) => break,
                        Err(_) => {}
                    }
                }
                Ok(Tolerant(all))
            }
        }

        deserializer.deserialize_seq(Items(PhantomData))
    }
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown")]
enum Shape {
    A(u8),
    B { k: Vec<u8> },
    C(u8, u8),
    D,
}

/// A type that reads all outputs in one of many ways that no derive would use.
#[derive(Debug)]
struct Odd<const WAY: u8>(#[expect(dead_code, reason = "shown")] Vec<String>);

impl<'de, const WAY: u8> Deserialize<'de> for Odd<WAY> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<const WAY: u8>;

        impl<'de, const WAY: u8> Visitor<'de> for Entries<WAY> {
            type Value = Odd<WAY>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Odd<WAY>, A::Error> {
                let mut seen = Vec::new();
                match WAY {
                    // only the names
                    0 => {
                        while let Some(name) = map.next_key()? {
                            seen.push(name);
                        }
                    }
                    // only the first
                    1 => seen.extend(map.next_key::<String>()?),
                    2 => seen.extend(map.next_entry::<String, i64>()?.map(|entry| entry.0)),
                    // continuing after a value that does not fit
                    3 => {
                        while let Some(name) = map.next_key::<String>()? {
                            seen.push(format!("{name} {:?}", map.next_value::<i64>().ok()));
                        }
                    }
                    4 => {
                        while let Ok(Some(name)) = map.next_key::<String>() {
                            let value = map.next_value::<Fussy>();
                            seen.push(format!("{name} {:?}", value.map_err(|e| e.to_string())));
                        }
                    }
                    // asking for more values than there are
                    5 => {
                        while let Some(name) = map.next_key::<String>()? {
                            let first = map.next_value::<Option<i64>>().ok();
                            let second = map.next_value::<Value>().ok();
                            seen.push(format!("{name} {first:?} {second:?}"));
                        }
                        seen.push(format!("{:?}", map.next_key::<String>().ok()));
                        seen.push(format!("{:?}", map.next_value::<Value>().ok()));
                    }
                    // keys of the wrong type, and every other value
                    6 => {
                        let mut is_even = false;
                        loop {
                            match map.next_key::<char>() {
                                Ok(None) => break,
                                Ok(Some(name)) => seen.push(name.to_string()),
                                Err(error) => seen.push(error.to_string()),
                            }
                            if is_even {
                                map.next_value::<IgnoredAny>()?;
                            }
                            is_even = !is_even;
                        }
                    }
                    // ignoring the values
                    7 => {
                        while let Some((name, Blind)) = map.next_entry::<String, Blind>()? {
                            seen.push(name);
                        }
                    }
                    // an error at the end
                    _ => {
                        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                        return Err(A::Error::custom("nothing of this"));
                    }
                }
                Ok(Odd(seen))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// All outputs, each of one type.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: serde::de::DeserializeOwned")]
#[expect(dead_code, reason = "shown")]
struct Some2<T> {
    a: T,
    #[serde(default)]
    b: Option<T>,
    #[serde(flatten)]
    rest: BTreeMap<String, T>,
    #[serde(skip)]
    of: PhantomData<T>,
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
    "[]",
    r#"[{"k":""},{"k":"y"}]"#,
    r#"{"_id":7,"_name":{}}"#,
    r#"{"$serde_json::private::RawValue":"1"}"#,
    r#"{"k":{"$serde_json::private::RawValue":"]"}}"#,
    r#"{"$serde_json::private::Number":"1"}"#,
    r#"[[[[[[[[{"k":{"k":{"k":[[[[""]]]]}}}]]]]]]]]"#,
    "0.1e1",
    r#"[{"k":"x"},{"api_name":"a","value":1}]"#,
    r#"[["x",2],["y"],[1]]"#,
    r#"{"A":"x"}"#,
    r#"[{"A":1},"D",{"B":{"k":[1,"x"]}},{"C":[1]}]"#,
    "170141183460469231731687303715884105727",
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
    "[1,",
    ",]",
    "]}",
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
            3 => {
                format!(r#"{{"api_name":"{name}","value":{value},"api_name":"a{name}"}}"#)
            }
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
fn take(from: &mut FieldReader<'_>, dice: &mut Dice, is_json: bool) -> Result<String> {
    // a third of all flows ignore every error, and record its message
    let gets_over = dice.below(3) == 0;
    let mut all = Vec::new();
    for _ in 0..dice.below(7) {
        match (take_one(from, dice, is_json), gets_over) {
            (Ok(shown), _) => all.push(shown),
            (Err(error), true) => all.push(error.to_string()),
            (Err(error), false) => return Err(error),
        }
    }
    match dice.below(12) {
        0 => Err(Error::plain(ErrorKind::Decode, all.join(" "))),
        _ => Ok(all.join(" ")),
    }
}

fn take_one(from: &mut FieldReader<'_>, dice: &mut Dice, is_json: bool) -> Result<String> {
    let name = dice.one_of(&["a", "a", "a", "b", "b", "b", "c", "c", "d", "", "gone"]);
    let with = |error: serde_json::Error| error;
    match dice.below(38) {
        0..=3 => shown(from.take::<Value>(name)),
        4..=6 => shown(from.take::<Option<Value>>(name)),
        7 => shown(from.take::<Option<i64>>(name)),
        8 => shown(from.take::<i128>(name)),
        9 => shown(from.take::<Vec<u8>>(name)),
        10 => shown(from.take::<Blind>(name)),
        11 => shown(from.take::<Fussy>(name)),
        12 => shown(from.take::<Box<RawValue>>(name)),
        13 => shown(from.take::<Option<Choice>>(name)),
        14 => shown(from.take::<Vec<HashMap<String, Option<Choice>>>>(name)),
        15 => shown(from.take::<Decimal>(name)),
        16 => shown(from.take_or_default::<String>(name)),
        17 => shown(from.take_or_default::<Multilingual>(name)),
        18 => shown(from.take_nullable::<Vec<u8>>(name)),
        19 => shown(from.take_nullable::<Value>(name)),
        20 => shown(from.take_with(name, |_| Ok("unread"))),
        21 => shown(from.take_with(name, |value| i128::deserialize(value))),
        22 => shown(from.take_with(name, |value| Option::<Lookup>::deserialize(value))),
        23 => shown(from.take_with_or_default(name, |value| Fussy::deserialize(value))),
        24 => shown(from.take_with(name, |value| {
            // an error that is ignored
            Ok(Vec::<Option<Choice>>::deserialize(value).map_err(with).ok())
        })),
        25 => shown(from.take_with(name, |value| {
            let text = Box::<RawValue>::deserialize(value)?;
            serde_json::from_str::<BTreeMap<String, Vec<u8>>>(text.get())
        })),
        26 => shown(from.take_all::<BTreeMap<String, Value>>()),
        27 => shown(from.take_all::<BTreeMap<String, Option<Lookup>>>()),
        28 => shown(from.take_all::<Some2<Value>>()),
        29 => shown(from.take_all::<Some2<Option<Choice>>>()),
        30 => match dice.below(9) {
            0 => shown(from.take_all::<Odd<0>>()),
            1 => shown(from.take_all::<Odd<1>>()),
            2 => shown(from.take_all::<Odd<2>>()),
            3 => shown(from.take_all::<Odd<3>>()),
            4 => shown(from.take_all::<Odd<4>>()),
            5 => shown(from.take_all::<Odd<5>>()),
            6 => shown(from.take_all::<Odd<6>>()),
            7 => shown(from.take_all::<Odd<7>>()),
            _ => shown(from.take_all::<Odd<8>>()),
        },
        31 => shown(from.take_all::<()>()),
        33 if is_json => shown(from.take::<Tolerant<Vec<u8>>>(name)),
        34 if is_json => shown(from.take::<Tolerant<Tolerant<Shape>>>(name)),
        35 => shown(from.take::<Vec<Shape>>(name)),
        36 => shown(from.take_with(name, |value| {
            Tolerant::<Tolerant<Option<u8>>>::deserialize(value)
        })),
        32 => Ok(format!("{:?}", from.names().collect::<Vec<_>>())),
        _ => from
            .take::<i64>(name)
            .map(|number| number.to_string())
            .or_else(|_| from.take::<String>(name)),
    }
}

fn shown(result: Result<impl std::fmt::Debug>) -> Result<String> {
    result.map(|value| format!("{value:?}"))
}

#[test]
fn what_is_taken_in_place_is_what_the_index_says() {
    let mut dice = Dice::new();
    let (mut good, mut bad) = (0, 0);
    for round in 0..rounds() {
        let text = text(&mut dice);
        let is_json = serde_json::from_str::<IgnoredAny>(&text).is_ok();
        let read =
            |outputs: &mut FieldReader<'_>| take(outputs, &mut Dice::of_series(round), is_json);
        let indexed = FieldReader::read_indexed(&text, read);
        let read = FieldReader::read_all(&text, read);
        let words = |result: Result<String>| result.map_err(|error| error.to_string());
        let (indexed, read) = (words(indexed), words(read));
        assert_eq!(read, indexed, "{text} (round {round})");
        *if read.is_ok() { &mut good } else { &mut bad } += 1;
    }
    assert!(good > rounds() / 10 && bad > rounds() / 10, "{good} {bad}");
}
