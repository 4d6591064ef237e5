//! A JSON text that remembers where everything is, and how it was written.
//!
//! Our own, since every reader of the field would be built by every user for a file that most of them do not have, and
//! those that are quick to build do not say where a value is.

use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, Position};

/// A value, where it begins, and its text.
pub(crate) struct Json<'a> {
    pub(crate) at: Position,
    pub(crate) text: &'a str,
    pub(crate) value: Value<'a>,
}

/// The value of numbers and booleans is their text.
pub(crate) enum Value<'a> {
    Null,
    Boolean,
    Number,
    Text(String),
    List(Vec<Json<'a>>),
    /// In the order of the file; keys may be duplicates.
    Object(Vec<(Key, Json<'a>)>),
}

pub(crate) struct Key {
    pub(crate) at: Position,
    pub(crate) name: String,
}

/// The JSON text of a string.
pub(crate) fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            c if c < ' ' => {
                // writing to a String cannot fail
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

/// The string of a JSON text; `None` if it is another value.
pub(crate) fn unquoted(json: &str) -> Option<String> {
    match Json::parse(json).ok()?.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

impl<'a> Json<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, Diagnostic> {
        let mut reader = Reader {
            rest: text,
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

impl Value<'_> {
    /// To be read after "expected .., found ".
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Boolean => "a boolean",
            Value::Number => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

/// Deeper than any contract, and far from the end of a thread's stack.
const DEEPEST: usize = 100;

struct Reader<'a> {
    rest: &'a str,
    at: Position,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let c = rest.next()?;
        self.rest = rest.as_str();
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

    fn mistake(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.at, message)
    }

    fn unexpected(&self, expected: &str) -> Diagnostic {
        match self.peek() {
            None => self.mistake(format!("expected {expected}, found the end of the file")),
            Some('/' | '#') => self.mistake("JSON has no comments; say it in a `description`"),
            Some(c) => self.mistake(format!("expected {expected}, found `{}`", shown(c))),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, Diagnostic> {
        if depth == DEEPEST {
            return Err(self.mistake(format!("nested more than {DEEPEST} levels deep")));
        }
        let (at, begin) = (self.at, self.rest);
        let value = match self.peek() {
            Some('{') => Value::Object(self.items('}', |reader| reader.member(depth + 1))?),
            Some('[') => Value::List(self.items(']', |reader| reader.value(depth + 1))?),
            Some('"') => Value::Text(self.text()?),
            Some('-' | '0'..='9') => self.number()?,
            Some('a'..='z' | 'A'..='Z') => self.word()?,
            _ => return Err(self.unexpected("a value")),
        };
        let text = begin.get(..begin.len() - self.rest.len());
        let text = text.unwrap_or_default();
        Ok(Json { at, text, value })
    }

    /// What is between two brackets.
    fn items<T>(
        &mut self,
        end: char,
        item: impl Fn(&mut Self) -> Result<T, Diagnostic>,
    ) -> Result<Vec<T>, Diagnostic> {
        self.next();
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(end) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.ends_with(end)? {
                return Ok(items);
            }
        }
    }

    fn member(&mut self, depth: usize) -> Result<(Key, Json<'a>), Diagnostic> {
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
        Ok((Key { at, name }, self.value(depth)?))
    }

    /// After a member: a comma and another one, or the end.
    fn ends_with(&mut self, end: char) -> Result<bool, Diagnostic> {
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
            let message = format!("a comma before `{end}`; remove it");
            return Err(Diagnostic::new(comma, message));
        }
        Ok(false)
    }

    fn word(&mut self) -> Result<Value<'a>, Diagnostic> {
        let at = self.at;
        let mut word = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_alphanumeric) {
            word.push(c);
            self.next();
        }
        match word.as_str() {
            "null" => Ok(Value::Null),
            "true" | "false" => Ok(Value::Boolean),
            _ => Err(Diagnostic::new(
                at,
                format!("expected a value, found `{word}`"),
            )),
        }
    }

    /// `-1.5e+3`
    fn number(&mut self) -> Result<Value<'a>, Diagnostic> {
        let at = self.at;
        let invalid = || Diagnostic::new(at, "invalid number");
        self.eat('-');
        let leading_zero = self.eat('0');
        let digits = self.digits();
        if leading_zero == (digits > 0) {
            return Err(invalid());
        }
        if self.eat('.') && self.digits() == 0 {
            return Err(invalid());
        }
        if self.eat('e') || self.eat('E') {
            let _ = self.eat('+') || self.eat('-');
            if self.digits() == 0 {
                return Err(invalid());
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

    fn text(&mut self) -> Result<String, Diagnostic> {
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
                    return Err(Diagnostic::new(begin, "a string without its closing quote"));
                }
                Some(c) => {
                    let message = format!("a string may not contain `{}`", shown(c));
                    return Err(Diagnostic::new(at, message));
                }
            }
        }
    }

    fn escape(&mut self, at: Position) -> Result<char, Diagnostic> {
        let not_unicode = || Diagnostic::new(at, "an escape that is not a Unicode character");
        Ok(match self.next() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let unit = self.four_digits().ok_or_else(not_unicode)?;
                let pair = |reader: &mut Self| {
                    let low =
                        (reader.eat('\\') && reader.eat('u')).then(|| reader.four_digits())??;
                    char::decode_utf16([unit, low]).next()?.ok()
                };
                match char::from_u32(u32::from(unit)) {
                    Some(c) => c,
                    None => pair(self).ok_or_else(not_unicode)?,
                }
            }
            _ => return Err(Diagnostic::new(at, "invalid escape")),
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

fn shown(c: char) -> String {
    if c.is_control() || c == '\u{feff}' {
        c.escape_unicode().to_string()
    } else {
        c.to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Serde;

    use super::*;

    fn mistake(text: &str) -> String {
        Json::parse(text).map_or_else(|mistake| mistake.to_string(), |_| String::new())
    }

    /// The value in the other reader's terms; what the first of two equal keys said is forgotten there too.
    fn as_theirs(json: &Json<'_>) -> Serde {
        match &json.value {
            Value::Null | Value::Boolean | Value::Number => {
                serde_json::from_str(json.text).unwrap()
            }
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(as_theirs).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.name.clone(), as_theirs(value)))
                .collect(),
        }
    }

    #[track_caller]
    fn assert_agree(text: &str) {
        let theirs = serde_json::from_str::<Serde>(text);
        match (Json::parse(text), theirs) {
            (Ok(ours), Ok(theirs)) => {
                assert_eq!(as_theirs(&ours), theirs, "{text}");
                assert_eq!(ours.text, text.trim_matches([' ', '\n', '\t', '\r']));
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
            ("[01]", "1:2: invalid number"),
            ("[\"\\x\"]", "1:3: invalid escape"),
            ("\u{feff}{}", "1:1: expected a value, found `\\u{feff}`"),
        ] {
            assert_eq!(mistake(text), expected, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(mistake(&"[".repeat(100_000)).contains("nested more than 100 levels deep"));
    }

    #[test]
    fn a_string_is_quoted_as_serde_json_reads_it() {
        for text in [
            "",
            "plain",
            "\"\\/\u{8}\u{c}\n\r\t\u{1}\u{7f}",
            "日本 \u{1f600}\u{feff}",
        ] {
            let json = quoted(text);
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            assert_eq!(unquoted(&json).as_deref(), Some(text));
        }
        assert_eq!(unquoted("1"), None);
    }
}
