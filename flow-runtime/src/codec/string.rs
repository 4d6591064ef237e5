//! Writing a JSON string.

use super::word::{Word, first};

/// Appends a text as a JSON string, exactly as serde_json writes it.
pub(crate) fn push_json_string(to: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    to.reserve(rest.len() + 2 * size_of_val(b"\""));
    to.push(b'"');
    loop {
        if let Some(word) = Word::first_of(rest) {
            to.extend_from_slice(&word.bytes());
            let Some(clean) = first(word.quotes_or_backslashes() | word.controls()) else {
                rest = rest.get(Word::BYTES..).unwrap_or_default();
                continue;
            };
            to.truncate(to.len() - Word::BYTES + clean);
            rest = rest.get(clean..).unwrap_or_default();
        }
        let [byte, after @ ..] = rest else { break };
        push_byte(to, *byte);
        rest = after;
    }
    to.push(b'"');
}

/// Whether a text is written as it is.
pub(super) fn is_plain(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some(word) = Word::first_of(rest) {
        if word.quotes_or_backslashes() | word.controls() != 0 {
            return false;
        }
        rest = rest.get(Word::BYTES..).unwrap_or_default();
    }
    !rest
        .iter()
        .any(|byte| matches!(byte, ..b' ' | b'"' | b'\\'))
}

fn push_byte(to: &mut Vec<u8>, byte: u8) {
    let escaped = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        8 => b'b',
        12 => b'f',
        ..b' ' => return to.extend(format!("\\u{byte:04x}").bytes()),
        _ => return to.push(byte),
    };
    to.extend_from_slice(&[b'\\', escaped]);
}

#[cfg(test)]
mod tests {
    use super::push_json_string;
    use crate::mutation::{Dice, rounds};

    #[test]
    fn strings_are_written_as_serde_json_writes_them() {
        let mut all: Vec<_> = (0..=0x7f).map(char::from).collect();
        all.extend([
            'é', '谢', '😀', '\u{2028}', '"', '\\', '"', 'a', 'a', 'a', 'a', 'a', 'a',
        ]);
        let mut dice = Dice::new();
        for _ in 0..rounds() / 10 {
            let text: String = (0..dice.below(40)).map(|_| dice.one_of(&all)).collect();
            let mut written = b"x".to_vec();
            push_json_string(&mut written, &text);
            let expected = format!("x{}", serde_json::to_string(&text).unwrap());
            assert_eq!(String::from_utf8(written).unwrap(), expected);
        }
    }
}
