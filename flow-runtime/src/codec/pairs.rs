//! The platform's list of outputs, `[{"api_name": "a", "value": 1}, ...]`, gone through from pair to pair, so that a value
//! can be read where it stands.

use super::cursor::Cursor;

/// Where in the list it stands, and what comes there.
///
/// A pair that is written in another way (its value first, a key twice, a name with escapes) is none of its business,
/// and neither is a list that is malformed: its answer is `None` then, and the whole list is to be read in another way.
pub(crate) struct Pairs<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
    /// None until it is looked at.
    upcoming: Option<Upcoming<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upcoming<'a> {
    /// The pair of this name, with the cursor in front of its value.
    Output(&'a str),
    /// Nothing more, and nothing behind the list.
    End,
}

impl<'a> Pairs<'a> {
    /// From the text of a list; of any other, nothing is upcoming.
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

    /// The upcoming value, and all that follows it.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.cursor.at()..).unwrap_or_default()
    }

    /// Passes the upcoming value, which was read and is of this length, and gives its text.
    pub(crate) fn pass_read(&mut self, length: usize) -> Option<&'a str> {
        // A type that reads nothing would take what is no value for one.
        let value = self.rest().get(..length).filter(|value| !value.is_empty());
        self.cursor.advance(length);
        self.read_to_next()?;
        value
    }

    /// Passes the upcoming value, which nobody has read, and gives its text.
    pub(crate) fn pass_unread(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let start = self.cursor.at();
        self.cursor.skip_value()?;
        let length = self.cursor.at() - start;
        self.read_to_next()?;
        rest.get(..length)
    }

    /// Reads up to the value of a pair; gives the pair's name.
    fn read_up_to_value(&mut self) -> Option<&'a str> {
        let cursor = &mut self.cursor;
        let mut name = None;
        // As the platform writes it: two comparisons.
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

    /// Reads from behind a value to the next pair, or to the end of the list.
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

/// A string without escapes, as a part of the text.
#[inline]
fn plain_string<'a>(text: &'a str, cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let length = cursor.plain_string()?.len();
    let end = cursor.at() - 1;
    text.get(end - length..end)
}
