//! Walks the platform's list of outputs, `[{"api_name": "a", "value": 1}, ...]`, pair by pair, so that values can be
//! read in place.

use super::cursor::Cursor;

/// A position in the list, and what comes next.
///
/// It does not handle unusual pairs (value first, a duplicate key, a name with escapes) or malformed lists: it then
/// answers `None`, and the whole list must be read by index.
pub(crate) struct Pairs<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
    /// None until read.
    upcoming: Option<Upcoming<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upcoming<'a> {
    /// The pair with this name; the cursor is before its value.
    Output(&'a str),
    /// The end of the list, and nothing after it.
    End,
}

impl<'a> Pairs<'a> {
    /// Starts at the beginning of a list; for any other text, nothing is upcoming.
    pub(crate) fn new(text: &'a str) -> Self {
        let mut cursor = Cursor::new(text.as_bytes());
        let mut upcoming = None;
        if cursor.eat(b'[').is_none() {
            cursor.advance(text.len());
        } else if cursor.eat(b']').is_some() {
            upcoming = cursor.is_at_end().then_some(Upcoming::End);
            cursor.advance(text.len());
        }
        Self {
            text,
            cursor,
            upcoming,
        }
    }

    #[inline]
    pub(crate) fn upcoming(&mut self) -> Option<Upcoming<'a>> {
        if self.upcoming.is_none() {
            self.upcoming = Some(Upcoming::Output(self.read_up_to_value()?));
        }
        self.upcoming
    }

    /// The upcoming value and everything after it.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.cursor.at()..).unwrap_or_default()
    }

    /// Moves past the upcoming value, which was read and has this length. Returns its text.
    pub(crate) fn pass_read(&mut self, length: usize) -> Option<&'a str> {
        // An empty value means the type read nothing, so nothing has checked that this is JSON.
        let value = self.rest().get(..length).filter(|value| !value.is_empty());
        self.cursor.advance(length);
        self.read_to_next()?;
        value
    }

    /// Skips the upcoming value. Returns its text.
    pub(crate) fn pass_unread(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let start = self.cursor.at();
        self.cursor.skip_value()?;
        let length = self.cursor.at() - start;
        self.read_to_next()?;
        rest.get(..length)
    }

    /// Reads up to the value of a pair. Returns the pair's name.
    fn read_up_to_value(&mut self) -> Option<&'a str> {
        let cursor = &mut self.cursor;
        let mut name = None;
        // Fast path for the platform's own form: two comparisons.
        if cursor.literal(br#"{"api_name":"#).is_some() {
            name = Some(plain_string(self.text, cursor)?);
            if cursor.literal(br#","value":"#).is_some() {
                cursor.peek()?;
                return name;
            }
            cursor.eat(b',')?;
        } else {
            cursor.eat(b'{')?;
        }
        loop {
            let key = cursor.plain_string()?;
            cursor.eat(b':')?;
            match (key, name) {
                (b"api_name", None) => name = Some(plain_string(self.text, cursor)?),
                (b"value", Some(name)) => {
                    cursor.peek()?;
                    return Some(name);
                }
                (b"api_name" | b"value", _) => return None,
                _ => cursor.skip_value()?,
            }
            cursor.eat(b',')?;
        }
    }

    /// Reads from the end of a value to the next pair or the end of the list.
    fn read_to_next(&mut self) -> Option<()> {
        let cursor = &mut self.cursor;
        while cursor.eat(b'}').is_none() {
            cursor.eat(b',')?;
            if matches!(cursor.plain_string()?, b"api_name" | b"value") {
                return None;
            }
            cursor.eat(b':')?;
            cursor.skip_value()?;
        }
        self.upcoming = None;
        if cursor.eat(b',').is_none() {
            cursor.eat(b']')?;
            if !cursor.is_at_end() {
                return None;
            }
            self.upcoming = Some(Upcoming::End);
        }
        Some(())
    }
}

/// A string without escapes, as a slice of the text.
#[inline]
fn plain_string<'a>(text: &'a str, cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let length = cursor.plain_string()?.len();
    let end = cursor.at() - 1;
    text.get(end - length..end)
}
