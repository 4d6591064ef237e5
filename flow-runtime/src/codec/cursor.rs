//! A cursor into JSON text: the fast path for a reply's envelope and its list of outputs.
//!
//! It handles the usual form only and never explains: `None` means that serde_json must read the text from the start,
//! and its answer is final. So the fast path may accept only what serde_json accepts, and must read the same values
//! from it. The tests of `envelope` and `field_reader` compare the two.

use std::borrow::Cow;

use serde::de::{Deserialize, IgnoredAny};
use serde_json::Deserializer;

use super::word::{Word, first};

/// After a `None` the position is unspecified, so discard the cursor.
pub(crate) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Moves past a value of this length.
    pub(crate) fn advance(&mut self, length: usize) {
        self.at += length;
    }

    /// The next byte, after white space.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.text.get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    pub(crate) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    #[inline]
    pub(crate) fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Exactly these bytes, without leading white space.
    #[inline]
    pub(crate) fn literal(&mut self, literal: &[u8]) -> Option<()> {
        self.text
            .get(self.at..)?
            .starts_with(literal)
            .then(|| self.at += literal.len())
    }

    /// A string without escapes, as keys are. Does not check for UTF-8.
    #[inline]
    pub(crate) fn plain_string(&mut self) -> Option<&'a [u8]> {
        self.eat(b'"')?;
        let start = self.at;
        loop {
            if let Some(word) = Word::first_of(self.text.get(self.at..)?) {
                let Some(clean) = first(word.quotes_or_backslashes() | word.controls()) else {
                    self.at += Word::BYTES;
                    continue;
                };
                self.at += clean;
            }
            match *self.text.get(self.at)? {
                b'"' => {
                    let text = self.text.get(start..self.at);
                    self.at += 1;
                    return text;
                }
                b'\\' | ..b' ' => return None,
                _ => self.at += 1,
            }
        }
    }

    /// A string; null counts as empty.
    pub(crate) fn string_or_null(&mut self) -> Option<Cow<'a, str>> {
        if self.peek()? == b'n' {
            return self.literal(b"null").map(|()| Cow::Borrowed(""));
        }
        let start = self.at;
        if let Some(text) = self.plain_string() {
            return std::str::from_utf8(text).ok().map(Cow::Borrowed);
        }
        self.at = start;
        self.eat(b'"')?;
        self.unescape().map(Cow::Owned)
    }

    /// An integer without a sign, as the platform's codes are.
    pub(crate) fn integer(&mut self) -> Option<i64> {
        let first = self.peek()?;
        let start = self.at;
        let mut number = 0_i64;
        while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
            number = number
                .checked_mul(10)?
                .checked_add(i64::from(digit - b'0'))?;
            self.at += 1;
        }
        let digits = self.at - start;
        let has_leading_zero = first == b'0' && digits > 1;
        let goes_on = matches!(self.text.get(self.at), Some(b'.' | b'e' | b'E'));
        (digits > 0 && !has_leading_zero && !goes_on).then_some(number)
    }

    /// The members of an object. `each` is called with each key and must read its value.
    pub(crate) fn members(
        &mut self,
        mut each: impl FnMut(&mut Self, &'a [u8]) -> Option<()>,
    ) -> Option<()> {
        self.eat(b'{')?;
        if self.eat(b'}').is_some() {
            return Some(());
        }
        loop {
            let key = self.plain_string()?;
            self.eat(b':')?;
            each(self, key)?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// Passes the value of a key that means nothing to us; serde_json looks at the UTF-8 of both, so it is looked at here.
    pub(crate) fn skip_member(&mut self, key: &[u8]) -> Option<()> {
        std::str::from_utf8(key).ok()?;
        let start = self.at;
        self.skip_value()?;
        std::str::from_utf8(self.text.get(start..self.at)?).ok()?;
        Some(())
    }

    /// Skips any value.
    pub(crate) fn skip_value(&mut self) -> Option<()> {
        let mut deserializer = Deserializer::from_slice(self.text.get(self.at..)?);
        IgnoredAny::deserialize(&mut deserializer).ok()?;
        self.at += consumed(deserializer);
        Some(())
    }

    /// The rest of a string, after its opening quote, with its escapes resolved.
    fn unescape(&mut self) -> Option<String> {
        let source = self.text.get(self.at..)?;
        // No escape is shorter than what it stands for, so this is enough, plus the last word, which is copied whole.
        let mut text = Vec::with_capacity(source.len() + Word::BYTES);
        let mut rest = source;
        loop {
            if let Some(word) = Word::first_of(rest) {
                text.extend_from_slice(&word.bytes());
                let Some(clean) = first(word.quotes_or_backslashes()) else {
                    rest = rest.get(Word::BYTES..)?;
                    continue;
                };
                text.truncate(text.len() - Word::BYTES + clean);
                rest = rest.get(clean..)?;
            }
            match rest {
                [b'"', ..] => break,
                // nearly all of them: JSON in a string
                [b'\\', b'"', after @ ..] => {
                    text.push(b'"');
                    rest = after;
                }
                [b'\\', b'u', digits @ ..] => rest = unescape_unicode(digits, &mut text)?,
                [b'\\', letter, after @ ..] => {
                    text.push(unescape_letter(*letter)?);
                    rest = after;
                }
                [b'\\'] | [] => return None,
                [byte, after @ ..] => {
                    text.push(*byte);
                    rest = after;
                }
            }
        }
        let length = source.len() - rest.len();
        // Control characters: one separate pass is cheaper than checking every word for what is almost never there.
        let least = source.get(..length)?.iter().fold(u8::MAX, |a, b| a.min(*b));
        if least < b' ' {
            return None;
        }
        self.at += length + 1;
        // `source` reaches to the end of the input, so a short string before a long one would keep too much memory.
        if text.capacity() / 2 > text.len() {
            text.shrink_to_fit();
        }
        String::from_utf8(text).ok()
    }
}

/// How many bytes a deserializer has read. Turning it into an iterator is the only public way to ask.
pub(crate) fn consumed<'de>(deserializer: Deserializer<impl serde_json::de::Read<'de>>) -> usize {
    deserializer.into_iter::<IgnoredAny>().byte_offset()
}

/// What a letter after a backslash stands for, except `u`.
#[inline]
fn unescape_letter(letter: u8) -> Option<u8> {
    match letter {
        b'"' | b'\\' | b'/' => Some(letter),
        b'n' => Some(b'\n'),
        b't' => Some(b'\t'),
        b'r' => Some(b'\r'),
        b'b' => Some(8),
        b'f' => Some(12),
        _ => None,
    }
}

/// Appends the character of a `\u` escape, given from its digits on; may read a surrogate pair. Returns the rest.
#[inline(never)]
fn unescape_unicode<'a>(digits: &'a [u8], text: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (first, rest) = code_unit(digits)?;
    let (second, rest) = match first {
        0xD800..0xDC00 => code_unit(rest.strip_prefix(b"\\u")?)?,
        _ => (0, rest),
    };
    // half a pair makes the first unit an error
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(rest)
}

fn code_unit(digits: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = digits.split_first_chunk::<4>()?;
    let unit = digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })?;
    Some((unit, rest))
}
