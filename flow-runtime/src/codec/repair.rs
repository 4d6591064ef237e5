//! JSON with bad characters in its strings, made readable. Only what could not be read comes here.

/// A text in which each character that no JSON has in a string is U+FFFD: half a surrogate pair, UTF-8 that was cut, an
/// escape that is none, a control character. A line break and a tab are what they are, written as they should be.
/// None where there is none of these, so that reading it again would end in the same way.
pub(crate) fn repair(json: &[u8]) -> Option<Vec<u8>> {
    let mut repaired = Vec::new();
    let mut copied = 0; // what stands before it is in `repaired`
    let mut at = 0;
    let mut in_string = false;
    while let Some(byte) = json.get(at) {
        let rest = json.get(at..).unwrap_or_default();
        let (length, instead): (usize, &[u8]) = match byte {
            b'"' => {
                in_string = !in_string;
                (1, b"")
            }
            b'\\' if in_string => escape(rest),
            b'\n' if in_string => (1, b"\\n"),
            b'\r' if in_string => (1, b"\\r"),
            b'\t' if in_string => (1, b"\\t"),
            ..b' ' if in_string => (1, BROKEN),
            ..=0x7f => (1, b""),
            _ => character(rest),
        };
        if !instead.is_empty() {
            repaired.extend_from_slice(json.get(copied..at).unwrap_or_default());
            repaired.extend_from_slice(instead);
            copied = at + length;
        }
        at += length;
    }
    if copied == 0 {
        return None;
    }
    repaired.extend_from_slice(json.get(copied..).unwrap_or_default());
    Some(repaired)
}

const BROKEN: &[u8] = "\u{fffd}".as_bytes();

/// The length of an escape, and what stands in its place; nothing if it is a good one.
fn escape(text: &[u8]) -> (usize, &'static [u8]) {
    match text {
        [_, b'u', digits @ ..] => match code_unit(digits) {
            Some(0xD800..0xDC00) => match digits.get(4..) {
                Some([b'\\', b'u', digits @ ..])
                    if matches!(code_unit(digits), Some(0xDC00..0xE000)) =>
                {
                    (12, b"")
                }
                _ => (6, BROKEN),
            },
            Some(0xDC00..0xE000) => (6, BROKEN),
            Some(_) => (6, b""),
            None => (1, BROKEN),
        },
        [
            _,
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
            ..,
        ] => (2, b""),
        _ => (1, BROKEN),
    }
}

fn code_unit(digits: &[u8]) -> Option<u32> {
    digits.get(..4)?.iter().try_fold(0, |unit, digit| {
        Some(unit << 4 | char::from(*digit).to_digit(16)?)
    })
}

/// The length of a character, and what stands in its place if it is a broken one.
fn character(text: &[u8]) -> (usize, &'static [u8]) {
    // no character is longer
    let start = text.get(..4).unwrap_or(text);
    let Some(chunk) = start.utf8_chunks().next() else {
        return (1, b"");
    };
    match chunk.valid().chars().next() {
        Some(character) => (character.len_utf8(), b""),
        None => (chunk.invalid().len().max(1), BROKEN),
    }
}

#[cfg(test)]
mod tests {
    use super::repair;
    use crate::mutation::{Dice, rounds};

    fn repaired(json: &[u8]) -> String {
        String::from_utf8(repair(json).expect("something is broken")).expect("UTF-8")
    }

    #[test]
    fn each_broken_character_is_replaced_and_the_rest_stays() {
        for (json, expected) in [
            (&br#"{"a":"x\ud800y"}"#[..], r#"{"a":"x�y"}"#),
            (br#"["\udc00\ud83d\ude00"]"#, r#"["�\ud83d\ude00"]"#),
            (br#"["\ud800\ud83d\ude00"]"#, r#"["�\ud83d\ude00"]"#),
            (br#"["\ud800\u0041"]"#, r#"["�\u0041"]"#),
            (br#"["\q \u12"]"#, r#"["�q �u12"]"#),
            (b"[\"a\xe8\xb0b\xff\"]", "[\"a�b�\"]"),
            (b"[\n\"a\nb\tc\rd\x00e\"\n]", "[\n\"a\\nb\\tc\\rd�e\"\n]"),
            ("[\"谢\n😀\"]".as_bytes(), "[\"谢\\n😀\"]"),
            (br#"["\\ud800\"\ud800"]"#, r#"["\\ud800\"�"]"#),
        ] {
            assert_eq!(repaired(json), expected);
        }
    }

    #[test]
    fn what_is_whole_is_left_alone() {
        for json in [
            &b""[..],
            br#"{"a":"\ud83d\ude00\u0041\\ud800\n\/"}"#,
            "[\"谢😀\"]\r\n\t".as_bytes(),
            b"[1, 2",
        ] {
            assert_eq!(repair(json), None);
        }
    }

    #[test]
    fn what_was_readable_is_never_touched_and_what_is_repaired_is_whole() {
        const JSON: &[u8] = br#"{"a":"x\n\u0041\ud83d\ude00\/\"","b":["y",null]}"#;
        const PARTS: &[&[u8]] = &[
            b"\"",
            b"\\",
            b"\\u",
            b"\\ud83d",
            b"\\ude00",
            b"\xff",
            b"\xe8\xb0",
            b"\n",
            b"\x01",
            "谢".as_bytes(),
            b"{",
        ];
        let mut dice = Dice::new();
        let mut made_readable = 0;
        for _ in 0..rounds() / 4 {
            let mut json = JSON.to_vec();
            for _ in 0..dice.below(4) {
                let range = dice.few_of(&json);
                json.splice(range, dice.one_of(PARTS).iter().copied());
            }
            let is_json = |json: &[u8]| serde_json::from_slice::<serde_json::Value>(json).is_ok();
            let Some(repaired) = repair(&json) else {
                continue;
            };
            assert!(!is_json(&json), "{}", json.escape_ascii());
            assert_eq!(repair(&repaired), None, "{}", json.escape_ascii());
            assert!(std::str::from_utf8(&repaired).is_ok());
            made_readable += usize::from(is_json(&repaired));
        }
        assert!(made_readable > 100, "{made_readable}");
    }
}
