//! The inputs of a call: `-i` in HTTPie's syntax, and `--inputs` with one JSON object.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::{self, Read as _};

use apaas_flow_contract::Shape;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::failure::Mistake;

/// A value as it was given.
#[derive(Debug)]
pub(crate) enum Value {
    /// Text, which a contract may convert to another type.
    Text(String),
    /// JSON, verbatim: no number is rounded.
    Json(Box<RawValue>),
}

/// An input, and what it is called in messages.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) value: Value,
}

/// All inputs, in the order in which they were given. An `-i` replaces a member of the object.
pub(crate) fn read(object: Option<&str>, args: &[String]) -> Result<Vec<Input>, Mistake> {
    let from_stdin = args.iter().filter(|arg| arg.ends_with("=@-")).count();
    if from_stdin + usize::from(object == Some("-")) > 1 {
        return Err(Mistake::new(
            "stdin can be read once, and `-` stands for it more than once",
        ));
    }
    let mut inputs = match object {
        Some(file) => object_of(file)?,
        None => Vec::new(),
    };
    let mut given: Vec<Input> = Vec::with_capacity(args.len());
    for arg in args {
        let input = argument(arg)?;
        if given.iter().any(|known| known.name == input.name) {
            return Err(Mistake::new(format!(
                "input `{}` is given twice",
                input.name
            )));
        }
        given.push(input);
    }
    inputs.retain(|member| given.iter().all(|input| input.name != member.name));
    inputs.extend(given);
    Ok(inputs)
}

/// `NAME=VALUE`, or `NAME:=VALUE` for JSON.
pub(crate) struct Given<'a> {
    pub(crate) name: &'a str,
    pub(crate) is_json: bool,
    pub(crate) value: &'a str,
}

impl<'a> Given<'a> {
    /// None without an `=`.
    pub(crate) fn split(arg: &'a str) -> Option<Self> {
        let (name, value) = arg.split_once('=')?;
        let json = name.strip_suffix(':');
        Some(Self {
            name: json.unwrap_or(name),
            is_json: json.is_some(),
            value,
        })
    }
}

/// `NAME=TEXT`, `NAME:=JSON`, `NAME=@FILE` or `NAME:=@FILE`
fn argument(arg: &str) -> Result<Input, Mistake> {
    let Some(Given {
        name,
        is_json,
        value,
    }) = Given::split(arg)
    else {
        // what is no name may be a value
        let is_name = arg.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
        let which = if is_name {
            format!("-i `{arg}`")
        } else {
            "an -i".to_owned()
        };
        return Err(Mistake::new(format!(
            "{which} has no `=`; write NAME=TEXT, NAME:=JSON, NAME=@FILE or NAME:=@FILE"
        )));
    };
    if name.trim().is_empty() {
        return Err(Mistake::new(
            "-i has no name in front of its `=`; write NAME=TEXT or NAME:=JSON",
        ));
    }
    let text = match value.strip_prefix('@') {
        Some(file) => text_of(file, &format!("input `{name}`"))?,
        None => value.to_owned(),
    };
    let value = if is_json {
        Value::Json(json(&text, name)?)
    } else {
        Value::Text(text)
    };
    Ok(Input {
        name: name.to_owned(),
        value,
    })
}

fn json(text: &str, name: &str) -> Result<Box<RawValue>, Mistake> {
    serde_json::from_str::<&RawValue>(text.trim())
        .map(ToOwned::to_owned)
        .map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Mistake::new(format!(
                "input `{name}` is no JSON: see line {line}, column {column}; for a text write {name}=TEXT"
            ))
        })
}

/// `--inputs`
fn object_of(file: &str) -> Result<Vec<Input>, Mistake> {
    let text = text_of(file, "--inputs")?;
    let at = |error: &serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        format!("see line {line}, column {column}")
    };
    let members = members(text.trim_start_matches('\u{feff}'), at);
    let members = members.map_err(|why| Mistake::new(format!("--inputs {file} {why}")))?;
    let inputs = members.into_iter().map(|(name, json)| Input {
        name,
        value: Value::Json(json),
    });
    Ok(inputs.collect())
}

/// A name, and its JSON.
pub(crate) type Member = (String, Box<RawValue>);

/// The members of one JSON object, in their order; or why the text is none, to be said of it. `at` tells where an error
/// is: `serde_json`'s own words may quote a value.
pub(crate) fn members(
    text: &str,
    at: impl FnOnce(&serde_json::Error) -> String,
) -> Result<Vec<Member>, String> {
    let Ok(Members(members)) = serde_json::from_str(text) else {
        return Err(no_object(text, at));
    };
    let mut names = BTreeSet::new();
    match members.iter().find(|(name, _)| !names.insert(name)) {
        Some((name, _)) => Err(format!("has `{name}` twice; remove one")),
        None => Ok(members),
    }
}

fn no_object(text: &str, at: impl FnOnce(&serde_json::Error) -> String) -> String {
    const OBJECT: &str = "JSON object of {name: value}";
    let what = match (
        Shape::of(text.trim()),
        serde_json::from_str::<&RawValue>(text),
    ) {
        // the rest of which may be on other lines
        (Shape::Array, _) => "an array",
        (_, Err(error)) => return format!("is no {OBJECT}: {}", at(&error)),
        (Shape::Boolean, _) => "a boolean",
        (Shape::Integer | Shape::Number, _) => "a number",
        (Shape::String | Shape::Digits, _) => "a string",
        (Shape::Null | Shape::Object, _) => "null",
    };
    format!("is {what}, and must be one {OBJECT}")
}

/// All members of an object: of a name that comes twice, a map would keep only the last.
struct Members(Vec<Member>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A file's text; `-` is stdin.
fn text_of(file: &str, whose: &str) -> Result<String, Mistake> {
    let read = if file == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    read.map_err(|error| Mistake::new(format!("{whose}: cannot read `{file}`: {error}")))
}
