//! Texts from elsewhere (the platform, a proxy, a name in a reply) on their way into a message, a log or an id.

use std::borrow::Cow;

/// Of an id, a code or a status.
pub(crate) const ID: usize = 128;

/// Of an api name.
pub(crate) const NAME: usize = 100;

/// Of what the platform or a flow says.
pub(crate) const SENTENCE: usize = 300;

/// The text in one line of so many characters at most, without a character that changes how what stands around it is
/// shown. Every foreign text passes here; one of the usual form comes out as it is.
pub(crate) fn one_line(text: &str, most: usize) -> Cow<'_, str> {
    // without a way out of the loop, so that it is done for many bytes at once
    let is_plain = |text: &str| {
        text.bytes()
            .fold(true, |is, byte| is & matches!(byte, b' '..=b'~'))
    };
    if text.len() <= most && is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut rest = text.chars();
    let mut line: String = rest.by_ref().take(most).map(shown).collect();
    if rest.next().is_some() {
        line.push('…');
    }
    Cow::Owned(line)
}

fn shown(character: char) -> char {
    match character {
        '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() => ' ',
        // the soft hyphen, marks of direction, what has no width, and what is never seen
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_stays_as_it_is() {
        for text in [
            "",
            "1816970091484211",
            "k_wf_ec_2001008",
            "参数错误",
            "é 😀",
        ] {
            assert_eq!(one_line(text, ID), text);
        }
        assert!(matches!(one_line("1816970091484211", ID), Cow::Borrowed(_)));
    }

    #[test]
    fn nothing_breaks_the_line_or_hides_in_it() {
        let hostile: String = (0..=0x2_ffff)
            .chain(0xe_0000..=0xe_0080)
            .filter_map(char::from_u32)
            .collect();
        let line = one_line(&hostile, usize::MAX);
        assert_eq!(line.chars().count(), hostile.chars().count());
        for c in line.chars() {
            assert!(!c.is_control(), "{c:?}");
            assert!(
                !matches!(c,
                    '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'),
                "{c:?}"
            );
        }
        assert_eq!(
            one_line("a\r\nb\u{1b}[31mc\u{202e}d", ID),
            "a  b [31mc\u{fffd}d"
        );
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(one_line("参数错误", 4), "参数错误");
        assert_eq!(one_line("参数错误", 3), "参数错…");
        assert_eq!(one_line("abcd", 3), "abc…");
        assert_eq!(one_line(&"x".repeat(2_000_000), ID).chars().count(), ID + 1);
    }
}
