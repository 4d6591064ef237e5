//! A page's text without its encodings: what a person would read, and what else may hide in a word of it.

use percent_encoding::percent_decode;

/// A page that repeats an address of another page that repeats one is encoded that often.
const MOST_ROUNDS: usize = 4;

/// Shorter words hide nothing worth looking for.
const SHORTEST_WORD: usize = 6;

/// Percent signs, HTML's character references by number and JSON's escapes, one inside another, as characters.
pub(super) fn decoded(page: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(page).into_owned();
    for _ in 0..MOST_ROUNDS {
        let percent = without_references(&text);
        let next = percent_decode(percent.as_bytes()).decode_utf8_lossy();
        if next == text {
            break;
        }
        text = next.into_owned();
    }
    text
}

/// `&#24352;`, `&#x5f20;` and `\u5f20`.
fn without_references(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '\\']) {
        let (before, reference) = rest.split_at(at);
        decoded.push_str(before);
        let (character, length) = reference_at(reference).unwrap_or_else(|| {
            let mark = reference.chars().next().unwrap_or_default();
            (mark, mark.len_utf8())
        });
        decoded.push(character);
        rest = reference.get(length..).unwrap_or_default();
    }
    decoded.push_str(rest);
    decoded
}

/// The character that a reference stands for, and the reference's length.
fn reference_at(text: &str) -> Option<(char, usize)> {
    let (digits, radix, before, after) = if let Some(rest) = text.strip_prefix("\\u") {
        (rest.get(..4)?, 16, 2, 0)
    } else {
        let (reference, _) = text.strip_prefix("&#")?.split_once(';')?;
        match reference.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16, 3, 1),
            None => (reference, 10, 2, 1),
        }
    };
    let is_number = digits.chars().all(|digit| digit.is_digit(radix));
    let number = is_number.then(|| u32::from_str_radix(digits, radix).ok())??;
    Some((char::from_u32(number)?, before + digits.len() + after))
}

/// The words of a text that are Base64 or hexadecimal digits of something: where each stands, and of what.
pub(super) fn hidden(text: &str) -> Vec<(std::ops::Range<usize>, Vec<u8>)> {
    let is_digit =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let mut found = Vec::new();
    let mut start = 0;
    for word in text.as_bytes().split_inclusive(|byte| !is_digit(*byte)) {
        let end = start + word.len();
        let digits = match word {
            [digits @ .., last] if !is_digit(*last) => digits,
            digits => digits,
        };
        if digits.len() >= SHORTEST_WORD {
            let place = start..start + digits.len();
            found.extend(hexadecimal(digits).map(|of| (place.clone(), of)));
            found.push((place, base64(digits)));
        }
        start = end;
    }
    found
}

fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| u8::try_from(char::from(*byte).to_digit(16)?).ok();
    let pairs = digits.chunks_exact(2);
    let is_whole = pairs.remainder().is_empty();
    let bytes: Option<_> = pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect();
    bytes.filter(|_| is_whole)
}

/// In either alphabet, without padding. What is left over at the end is dropped.
fn base64(digits: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits {
        let six = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_as_often_as_it_is() {
        for (page, text) in [
            (
                "<h1>502 Bad & Gateway</h1> 100%",
                "<h1>502 Bad & Gateway</h1> 100%",
            ),
            ("a%20b %E5%BC%A0", "a b 张"),
            ("%25E5%25BC%25A0", "张"),
            ("&#24352;&#x5F20;&#X5f20;", "张张张"),
            ("&#37;E5%BC%A0", "张"),
            (r"\u5f20 \u5F2", r"张 \u5F2"),
            (
                "&#;&#x;&#1114112;&#xd800;&amp;",
                "&#;&#x;&#1114112;&#xd800;&amp;",
            ),
            ("谢 & 谢\\", "谢 & 谢\\"),
        ] {
            assert_eq!(decoded(page.as_bytes()), text);
        }
    }

    #[test]
    fn words_hide_what_their_digits_are_of() {
        let text = "id dC03ZjFiY2Q= 742d37663162 short 谢5byg5LiJ5Liw";
        let found = hidden(text);
        for (word, of) in [
            ("dC03ZjFiY2Q", "t-7f1bcd"),
            ("742d37663162", "t-7f1b"),
            ("5byg5LiJ5Liw", "张三丰"),
        ] {
            let is_it = |(place, bytes): &(std::ops::Range<usize>, Vec<u8>)| {
                text.get(place.clone()) == Some(word) && bytes == of.as_bytes()
            };
            assert!(found.iter().any(is_it), "{word}");
        }
        assert!(hidden("a b-c 谢谢").is_empty());
        assert!(hidden("").is_empty());
    }
}
