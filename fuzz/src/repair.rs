//! A text with bad characters in its strings, made readable.

/// A text with U+FFFD for each character that no JSON has in a string: half a surrogate pair, UTF-8 that was cut, an
/// escape that is none, a control character. A line break and a tab are escaped. None if it has none of these.
pub(crate) fn repair(json: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(json);
    let mut repaired = String::with_capacity(text.len());
    let mut is_in_string = false;
    let mut rest = &*text;
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        let instead = match character {
            '"' => {
                is_in_string = !is_in_string;
                None
            }
            _ if !is_in_string => None,
            '\\' => {
                let is_good;
                (length, is_good) = escape(rest);
                (!is_good).then_some("\u{fffd}")
            }
            '\n' => Some("\\n"),
            '\r' => Some("\\r"),
            '\t' => Some("\\t"),
            ..' ' => Some("\u{fffd}"),
            _ => None,
        };
        repaired.push_str(instead.unwrap_or(&rest[..length]));
        rest = &rest[length..];
    }
    (repaired.as_bytes() != json).then(|| repaired.into_bytes())
}

/// The length of the escape that a text begins with, and whether it stands for a character.
fn escape(text: &str) -> (usize, bool) {
    const LENGTH: usize = r"\u0000".len();

    match (unit(text), text.get(LENGTH..).and_then(unit)) {
        (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (2 * LENGTH, true),
        (Some(0xD800..=0xDFFF), _) => (LENGTH, false),
        (Some(_), _) => (LENGTH, true),
        (None, _) if text[1..].starts_with(['"', '\\', '/', 'b', 'f', 'n', 'r', 't']) => (2, true),
        (None, _) => (1, false),
    }
}

fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok())?
}
