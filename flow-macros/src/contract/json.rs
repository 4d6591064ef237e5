//! A JSON text that remembers where everything stands in it.
//!
//! Our own, since every reader of the field would be built by every user for a file that most of them do not have, and
//! those that are quick to build do not say where a value stands.

use std::fmt::{self, Display};

/// A value and where it begins.
pub(crate) struct Json {
    pub(crate) at: Position,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    Null,
    Bool(bool),
    /// Nothing in a contract is a number.
    Number,
    Text(String),
    List(Vec<Json>),
    /// In the order of the file; a key may be there twice.
    Object(Vec<(Key, Json)>),
}

pub(crate) struct Key {
    pub(crate) at: Position,
    pub(crate) name: String,
}

/// From 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// What is wrong, and where.
#[derive(Debug, PartialEq)]
pub(crate) struct Flaw {
    pub(crate) at: Position,
    pub(crate) what: String,
}

impl Json {
    pub(crate) fn parse(text: &str) -> Result<Self, Flaw> {
        let mut reader = Reader {
            rest: text.chars(),
            at: Position { line: 1, column: 1 },
        };
        reader.skip_space();
        let json = reader.value(0)?;
        reader.skip_space();
        match reader.peek() {
            None => Ok(json),
            Some(_) => Err(reader.unexpected("the end of the file")),
        }
    }
}

impl Value {
    /// To be read after "expected .., found ".
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

/// Deeper than any contract, and far from the end of a thread's stack.
const DEEPEST: usize = 100;

struct Reader<'a> {
    rest: std::str::Chars<'a>,
    at: Position,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.at.line += 1;
            self.at.column = 1;
        } else {
            self.at.column += 1;
        }
        Some(c)
    }

    fn eat(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.next();
        }
        found
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\r' | '\n')) {
            self.next();
        }
    }

    fn flaw(&self, what: impl Into<String>) -> Flaw {
        Flaw {
            at: self.at,
            what: what.into(),
        }
    }

    fn unexpected(&self, expected: &str) -> Flaw {
        match self.peek() {
            None => self.flaw(format!("expected {expected}, found the end of the file")),
            Some('/' | '#') => self.flaw("JSON has no comments; say it in a `description`"),
            Some(c) => self.flaw(format!("expected {expected}, found `{}`", shown(c))),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, Flaw> {
        if depth > DEEPEST {
            return Err(self.flaw(format!("more than {DEEPEST} values inside each other")));
        }
        let at = self.at;
        let value = match self.peek() {
            Some('{') => self.object(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Value::Text(self.text()?),
            Some('-' | '0'..='9') => self.number()?,
            Some('a'..='z' | 'A'..='Z') => self.word()?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Json { at, value })
    }

    fn object(&mut self, depth: usize) -> Result<Value, Flaw> {
        self.next();
        let mut members = Vec::new();
        self.skip_space();
        if self.eat('}') {
            return Ok(Value::Object(members));
        }
        loop {
            let at = self.at;
            if self.peek() != Some('"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let name = self.text()?;
            self.skip_space();
            if !self.eat(':') {
                return Err(self.unexpected("`:`"));
            }
            self.skip_space();
            members.push((Key { at, name }, self.value(depth + 1)?));
            if self.ends_with('}')? {
                return Ok(Value::Object(members));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Flaw> {
        self.next();
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.ends_with(']')? {
                return Ok(Value::List(items));
            }
        }
    }

    /// After a member: a comma and another one, or the end.
    fn ends_with(&mut self, end: char) -> Result<bool, Flaw> {
        self.skip_space();
        if self.eat(end) {
            return Ok(true);
        }
        let comma = self.at;
        if !self.eat(',') {
            return Err(self.unexpected(&format!("`,` or `{end}`")));
        }
        self.skip_space();
        if self.peek() == Some(end) {
            return Err(Flaw {
                at: comma,
                what: format!("a comma before `{end}`; remove it"),
            });
        }
        Ok(false)
    }

    fn word(&mut self) -> Result<Value, Flaw> {
        let at = self.at;
        let mut word = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_alphanumeric) {
            word.push(c);
            self.next();
        }
        match word.as_str() {
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(Flaw {
                at,
                what: format!("expected a value, found `{word}`"),
            }),
        }
    }

    /// `-1.5e+3`
    fn number(&mut self) -> Result<Value, Flaw> {
        let at = self.at;
        let bad = || Flaw {
            at,
            what: "a number that JSON does not know".to_owned(),
        };
        self.eat('-');
        let leading_zero = self.eat('0');
        let digits = self.digits();
        if leading_zero == (digits > 0) {
            return Err(bad());
        }
        if self.eat('.') && self.digits() == 0 {
            return Err(bad());
        }
        if self.eat('e') || self.eat('E') {
            let _ = self.eat('+') || self.eat('-');
            if self.digits() == 0 {
                return Err(bad());
            }
        }
        Ok(Value::Number)
    }

    fn digits(&mut self) -> usize {
        let mut count = 0;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.next();
            count += 1;
        }
        count
    }

    fn text(&mut self) -> Result<String, Flaw> {
        let begin = self.at;
        self.next();
        let mut text = String::new();
        loop {
            let at = self.at;
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape(at)?),
                Some(c) if c >= ' ' => text.push(c),
                Some('\n') | None => {
                    return Err(Flaw {
                        at: begin,
                        what: "a string without its closing quote".to_owned(),
                    });
                }
                Some(c) => {
                    return Err(Flaw {
                        at,
                        what: format!("a string may not contain `{}`", shown(c)),
                    });
                }
            }
        }
    }

    fn escape(&mut self, at: Position) -> Result<char, Flaw> {
        let bad = |what: &str| Flaw {
            at,
            what: what.to_owned(),
        };
        Ok(match self.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let unit = self.four_digits().ok_or_else(|| bad(NOT_UNICODE))?;
                let pair = |reader: &mut Self| {
                    let low =
                        (reader.eat('\\') && reader.eat('u')).then(|| reader.four_digits())??;
                    char::decode_utf16([unit, low]).next()?.ok()
                };
                match char::from_u32(u32::from(unit)) {
                    Some(c) => c,
                    None => pair(self).ok_or_else(|| bad(NOT_UNICODE))?,
                }
            }
            _ => return Err(bad("an escape that JSON does not know")),
        })
    }

    fn four_digits(&mut self) -> Option<u16> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek()?.to_digit(16)?;
            self.next();
            unit = unit * 16 + u16::try_from(digit).ok()?;
        }
        Some(unit)
    }
}

const NOT_UNICODE: &str = "an escape that is no Unicode character";

fn shown(c: char) -> String {
    if c.is_control() || c == '\u{feff}' {
        c.escape_unicode().to_string()
    } else {
        c.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(text: &str) -> String {
        match Json::parse(text) {
            Ok(_) => String::new(),
            Err(flaw) => format!("{}: {}", flaw.at, flaw.what),
        }
    }

    /// The value in the other reader's terms; what the first of two equal keys said is forgotten there too.
    fn as_theirs(json: &Json) -> serde_json::Value {
        match &json.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number => 0.into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(as_theirs).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.name.clone(), as_theirs(value)))
                .collect(),
        }
    }

    fn without_numbers(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Number(_) => 0.into(),
            serde_json::Value::Array(items) => items.into_iter().map(without_numbers).collect(),
            serde_json::Value::Object(members) => members
                .into_iter()
                .map(|(key, value)| (key, without_numbers(value)))
                .collect(),
            value => value,
        }
    }

    #[track_caller]
    fn assert_agree(text: &str) {
        let theirs = serde_json::from_str::<serde_json::Value>(text);
        match (Json::parse(text), theirs) {
            (Ok(ours), Ok(theirs)) => {
                assert_eq!(as_theirs(&ours), without_numbers(theirs), "{text}");
            }
            (Err(_), Err(_)) => {}
            // a number too large for f64 is still a number
            (Ok(_), Err(error)) if error.to_string().contains("number out of range") => {}
            (ours, theirs) => panic!("{text:?}: {:?} but {theirs:?}", ours.err()),
        }
    }

    #[test]
    fn reads_what_serde_json_reads() {
        let whole = r#" {"inputs": {"a": {"type": "lookup", "required": true}}, "x": [1, -2.5e+3, null, [], {}],
            "tab\t\"\\\/\b\f\n\r\u00e9\ud83d\ude00": "日本", "0": false} "#;
        assert_agree(whole);
        // cut off and with each character replaced: the same verdict as that of a reader everybody trusts
        for (at, c) in whole.char_indices() {
            assert_agree(whole.get(..at).unwrap_or_default());
            for other in [
                "", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "1", "e", "-", ".", " ", "\n",
                "\u{1}", "u", "é",
            ] {
                let (before, after) = (
                    whole.get(..at).unwrap_or_default(),
                    whole.get(at + c.len_utf8()..).unwrap_or_default(),
                );
                assert_agree(&format!("{before}{other}{after}"));
            }
        }
        for text in [
            "",
            " ",
            "null",
            "nul",
            "nulll",
            "truefalse",
            "01",
            "-",
            "-0",
            "1.",
            ".5",
            "1e",
            "1e5",
            "+1",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\ude00\"",
            "\"\\u12\"",
            "\"\\x\"",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "{'a':1}",
            "[1 2]",
            "{\"a\" 1}",
            "\u{feff}{}",
            "1 1",
            "\"a\nb\"",
            "[",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "[,]",
            "1e999",
            "{\"a\":1,\"a\":2}",
        ] {
            assert_agree(text);
        }
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        for (text, expected) in [
            ("", "1:1: expected a value, found the end of the file"),
            ("{\n  \"a\": 1,\n}", "2:9: a comma before `}`; remove it"),
            (
                "{\n  // why\n}",
                "2:3: JSON has no comments; say it in a `description`",
            ),
            (
                "{'a': 1}",
                "1:2: expected a key in double quotes, found `'`",
            ),
            ("{\"a\" 1}", "1:6: expected `:`, found `1`"),
            ("{\"日本\": [1 2]}", "1:11: expected `,` or `]`, found `2`"),
            ("{} {}", "1:4: expected the end of the file, found `{`"),
            ("{\"a\": True}", "1:7: expected a value, found `True`"),
            ("{\"a\": \"b}\n", "1:7: a string without its closing quote"),
            ("[01]", "1:2: a number that JSON does not know"),
            ("[\"\\x\"]", "1:3: an escape that JSON does not know"),
            ("\u{feff}{}", "1:1: expected a value, found `\\u{feff}`"),
        ] {
            assert_eq!(flaw(text), expected, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(flaw(&"[".repeat(100_000)).contains("inside each other"));
    }
}
