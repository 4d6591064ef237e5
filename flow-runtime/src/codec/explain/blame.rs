//! Makes one mistake at a random place of a valid value: its error never blames another field.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value, json};

use super::explain_read;
use crate::codec::traced::{Empties, reread};
use crate::mutation::{Dice, rounds};

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Whole {
    count: u8,
    line: Line,
    lines: Vec<Line>,
    by_name: BTreeMap<String, Line>,
    pair: (u8, Option<Line>),
    #[serde(default)]
    last: Option<u8>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Line {
    price: u8,
    flat: Option<Flat>,
    inside: Inside,
    beside: Option<Beside>,
    either: Either,
    checked: Checked,
    shape: Shape,
    words: Vec<String>,
    #[serde(deserialize_with = "even")]
    even: u8,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Flat {
    name: String,
    #[serde(flatten)]
    size: Size,
    #[serde(flatten)]
    inside: Inside,
    #[serde(default)]
    note: Option<u8>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Size {
    width: u8,
    unit: String,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(dead_code, reason = "only read")]
enum Inside {
    Sized { height: u8, of: Option<Vec<u8>> },
    Plain,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", content = "of", rename_all = "snake_case")]
#[expect(dead_code, reason = "only read")]
enum Beside {
    Sized(Size),
    Pair(u8, Inside),
    Plain,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only read")]
enum Either {
    Size(Size),
    Number(u8),
    Flat(Box<Flat>),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
enum Shape {
    Sized(Size),
    Square { width: u8 },
    Pair(u8, Option<Checked>),
    Plain,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Size")]
struct Checked;

impl TryFrom<Size> for Checked {
    type Error = String;

    fn try_from(size: Size) -> Result<Self, String> {
        match size.width {
            0..100 => Ok(Self),
            width => Err(format!("{width} {} is too wide", size.unit)),
        }
    }
}

fn even<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match u8::deserialize(deserializer)? {
        even if even % 2 == 0 => Ok(even),
        odd => Err(D::Error::custom(format!("{odd} is odd"))),
    }
}

fn size(dice: &mut Dice) -> Value {
    json!({ "width": dice.below(100), "unit": "mm" })
}

fn inside(dice: &mut Dice) -> Value {
    match dice.below(2) {
        0 => json!({ "kind": "plain" }),
        _ => json!({ "kind": "sized", "height": 3, "of": [1, 2] }),
    }
}

fn flat(dice: &mut Dice) -> Value {
    let mut flat =
        json!({ "name": "a", "note": 7, "more": { "width": 1, "deep": [{ "name": 1 }] } });
    for part in [size(dice), inside(dice)] {
        let (Value::Object(flat), Value::Object(part)) = (&mut flat, part) else {
            unreachable!("both are objects")
        };
        flat.extend(part);
    }
    flat
}

fn line(dice: &mut Dice) -> Value {
    let beside = match dice.below(4) {
        0 => json!({ "type": "sized", "of": size(dice) }),
        1 => json!({ "type": "pair", "of": [1, inside(dice)] }),
        2 => json!({ "type": "plain" }),
        _ => Value::Null,
    };
    let either = match dice.below(3) {
        0 => size(dice),
        1 => json!(7),
        _ => flat(dice),
    };
    let shape = match dice.below(4) {
        0 => json!({ "sized": size(dice) }),
        1 => json!({ "square": { "width": 1 } }),
        2 => json!({ "pair": [1, size(dice)] }),
        _ => json!("plain"),
    };
    let flat = if dice.below(3) == 0 {
        Value::Null
    } else {
        flat(dice)
    };
    json!({
        "price": 1, "flat": flat, "inside": inside(dice), "beside": beside, "either": either,
        "checked": size(dice), "shape": shape, "words": ["red", "green"], "even": 2, "note": "n", "unknown": [{ "price": "x" }],
    })
}

fn whole(dice: &mut Dice) -> Value {
    let lines: Vec<_> = (0..=dice.below(3)).map(|_| line(dice)).collect();
    json!({
        "count": 1, "line": line(dice), "lines": lines, "by_name": { "alice": line(dice) },
        "pair": [1, line(dice)], "last": 9,
    })
}

/// Goes down a few levels at random and makes a mistake there. Returns the path to it, and whether the error may be
/// about something further inside.
fn make_mistake(value: &mut Value, dice: &mut Dice) -> (Vec<String>, bool) {
    let mut path = Vec::new();
    let mut at = value;
    loop {
        let children = match at {
            Value::Object(object) => object.len(),
            Value::Array(list) => list.len(),
            _ => 0,
        };
        if children == 0 || !path.is_empty() && dice.below(10) == 0 {
            *at = mistake(dice);
            return (path, true);
        }
        let (child, is_lost) = (dice.below(children), dice.below(12) == 0);
        match at {
            Value::Object(object) => {
                let key = object.keys().nth(child).unwrap().clone();
                if is_lost {
                    object.remove(&key);
                    return (path, false);
                }
                path.push(format!(".{key}"));
                at = &mut object[&key];
            }
            Value::Array(list) => {
                if is_lost {
                    list.remove(child);
                    return (path, true); // the next element takes its place
                }
                path.push(format!("[{child}]"));
                at = &mut list[child];
            }
            _ => unreachable!("it has children"),
        }
    }
}

fn mistake(dice: &mut Dice) -> Value {
    let mistakes = [
        json!(null),
        json!(true),
        json!(-1),
        json!(300),
        json!(101),
        json!(1.5),
        json!("secret"),
        json!(""),
        json!([]),
        json!({}),
        json!(["secret"]),
        json!({ "secret": 1 }),
        json!({ "width": "secret", "unit": 1, "kind": "secret" }),
    ];
    mistakes[dice.below(mistakes.len())].clone()
}

/// The value as JSON, with the keys of every object in random order.
fn shuffled(value: &Value, dice: &mut Dice) -> String {
    match value {
        Value::Object(object) => {
            let mut left: Map<String, Value> = object.clone();
            let mut members = Vec::new();
            while !left.is_empty() {
                let at = dice.below(left.len());
                let key = left.keys().nth(at).unwrap().clone();
                let value = left.remove(&key).unwrap();
                members.push(format!("{}:{}", Value::from(key), shuffled(&value, dice)));
            }
            format!("{{{}}}", members.join(","))
        }
        Value::Array(list) => {
            let elements: Vec<_> = list.iter().map(|value| shuffled(value, dice)).collect();
            format!("[{}]", elements.join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// Splits `.lines[0].price` into its steps.
fn steps(path: &str) -> Vec<String> {
    let mut steps = Vec::<String>::new();
    for character in path.chars() {
        match steps.last_mut() {
            Some(step) if !matches!(character, '.' | '[') => step.push(character),
            _ => steps.push(character.to_string()),
        }
    }
    steps
}

#[test]
fn one_mistake_is_never_blamed_on_another_field() {
    let mut dice = Dice::new();
    let (mut exact, mut above) = (0, 0);
    for _ in 0..rounds() / 50 {
        let mut value = whole(&mut dice);
        let (mistake, goes_on) = make_mistake(&mut value, &mut dice);
        let text = shuffled(&value, &mut dice);
        let Err(error) = serde_json::from_str::<Whole>(&text) else {
            continue;
        };
        let read_again = reread(&text, &error, &Empties::default(), |trace| {
            Whole::deserialize(trace.deserializer())
        });
        let Err(refusal) = read_again else {
            continue; // something empty, under an Option
        };
        let said = explain_read("x", &text, &refusal, 0);
        let blamed = steps(&said.path);
        let is_on_the_way = (goes_on || blamed.len() <= mistake.len())
            && blamed
                .iter()
                .zip(&mistake)
                .all(|(blamed, true_step)| blamed == true_step || blamed == ".*");
        assert!(
            is_on_the_way,
            "{said}\nis about {}\n{text}",
            mistake.concat()
        );
        assert!(!said.to_string().contains("secret"), "{said}\n{text}");
        if blamed.len() >= mistake.len() {
            exact += 1;
        } else {
            above += 1;
        }
    }
    assert!(exact > 100 && above > 30, "{exact} {above}");
}
