//! What a call has sent, so that no message repeats it.

use std::collections::BTreeSet;

use super::readable::hidden;
use crate::error::foreign::one_line;

/// The secret and the body of a request.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'a> {
    /// A token, or the app secret.
    pub(crate) secret: &'a [u8],
    pub(crate) body: &'a [u8],
}

/// A match with the request of this many bytes is no accident.
const WINDOW: usize = 4;

/// Two characters of Chinese are a name.
const WINDOW_BEYOND_ASCII: usize = 6;

/// Of a sentence: more than is ever shown, so that no part of a secret is left at the end.
const LOOKED_AT: usize = 16 * 1024;

impl Sent<'_> {
    /// Of a reply that was recorded.
    pub(crate) const UNKNOWN: Sent<'static> = Sent {
        secret: b"",
        body: b"",
    };

    /// A sentence without the secret, in one line.
    pub(super) fn without_secret(&self, text: &str) -> String {
        let line = one_line(text, LOOKED_AT);
        // as the line has it: in whichever case, and without what a file or a terminal has put around it
        let secret = String::from_utf8_lossy(self.secret).to_ascii_lowercase();
        let secret = one_line(&secret, LOOKED_AT);
        let secret = secret.trim_matches(|c: char| !c.is_ascii_graphic());
        let lower = line.to_ascii_lowercase();
        if secret.is_empty() || !lower.contains(secret) {
            return line.into_owned();
        }
        let mut shown = String::new();
        let mut rest = 0;
        for (at, found) in lower.match_indices(secret) {
            // ASCII in lower case has the same places, so these are of `line` too
            shown.push_str(line.get(rest..at).unwrap_or_default());
            shown.push('…');
            rest = at + found.len();
        }
        shown + line.get(rest..).unwrap_or_default()
    }

    /// Hides the secret in a log id, which a server may have filled with anything.
    pub(super) fn hide_in(&self, log_id: &mut Option<String>) {
        if let Some(id) = log_id.as_mut().filter(|id| id.len() >= self.secret.len()) {
            *id = self.without_secret(id);
        }
    }

    /// A page's text without anything that the request had in it, whole or in part, in whichever case, as Base64 or in
    /// hexadecimal digits. Words that the two have in common by accident go as well; what the page says of itself stays.
    pub(super) fn without_any(&self, page: &str) -> String {
        let mut of_request = vec![false; page.len()];
        let mut mask = |at: usize, length: usize| {
            let bytes = of_request.iter_mut().skip(at).take(length);
            bytes.for_each(|byte| *byte = true);
        };
        let hidden = hidden(page);
        let texts = hidden.iter().map(|(_, bytes)| &**bytes);
        let found = self.windows_of(texts.chain([page.as_bytes()]));
        for (at, window) in windows(page.as_bytes()).enumerate() {
            if found.contains(&window) {
                mask(at, WINDOW);
            }
        }
        for (place, bytes) in &hidden {
            if windows(bytes).any(|window| found.contains(&window)) {
                mask(place.start, place.len());
            }
        }
        let mut shown = String::with_capacity(page.len());
        let mut run = String::new();
        for (at, character) in page.char_indices() {
            let mut bytes = of_request.iter().skip(at).take(character.len_utf8());
            if bytes.all(|byte| *byte) {
                run.push(character);
            } else {
                push_run(&mut shown, &mut run);
                shown.push(character);
            }
        }
        push_run(&mut shown, &mut run);
        shown
    }

    /// Those windows of short texts that are in the request too: one pass over the request, however long it is.
    fn windows_of<'t>(&self, texts: impl Iterator<Item = &'t [u8]>) -> BTreeSet<Window> {
        let mut of_texts = BTreeSet::new();
        for text in texts {
            of_texts.extend(windows(text));
        }
        let mut starts = vec![false; 1 << 16];
        let start = |[one, two, ..]: Window| usize::from(u16::from_be_bytes([one, two]));
        for window in &of_texts {
            if let Some(is_start) = starts.get_mut(start(*window)) {
                *is_start = true;
            }
        }
        let mut found = BTreeSet::new();
        for text in [self.secret, self.body] {
            found.extend(windows(text).filter(|window| {
                starts.get(start(*window)) == Some(&true) && of_texts.contains(window)
            }));
        }
        found
    }
}

/// So many bytes in a row, letters in lower case.
type Window = [u8; WINDOW];

fn windows(text: &[u8]) -> impl Iterator<Item = Window> {
    text.windows(WINDOW).filter_map(|window| {
        let mut window = Window::try_from(window).ok()?;
        window.make_ascii_lowercase();
        Some(window)
    })
}

/// One mark for what is left out, unless it is too short to be of the request.
fn push_run(shown: &mut String, run: &mut String) {
    let least = if run.is_ascii() {
        WINDOW
    } else {
        WINDOW_BEYOND_ASCII
    };
    if run.len() < least {
        shown.push_str(run);
    } else {
        shown.push('…');
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::Sent;

    const SENT: Sent<'_> = Sent {
        secret: b"t-7f1bcd13fc57",
        body: r#"{"operator":"{\"_id\":1111}","params":"{\"name\":\"O'Brien & 张三\",\"no\":4711,\"text\":\"line\\nv4lue\"}"}"#
            .as_bytes(),
    };

    #[test]
    fn a_page_is_shown_without_the_request() {
        for (page, shown) in [
            (
                "<h1>502 Bad Gateway</h1> nginx",
                "<h1>502 Bad Gateway</h1> nginx",
            ),
            (
                "Authorization: Bearer t-7f1bcd13fc57!",
                "Authorization: Bearer …!",
            ),
            ("cut: t-7f1b", "cut: …"),
            ("T-7F1BCD13FC57", "…"),
            (
                "Basic dC03ZjFiY2QxM2ZjNTc=, 742d3766316263!",
                "Basic …=, …!",
            ),
            ("blocked: O&#39;Brien", "blocked: O&#39;…"),
            ("blocked:张三,4711;v4lue.", "blocked:…,…;…."),
        ] {
            assert_eq!(SENT.without_any(page), shown);
        }
        assert_eq!(Sent::UNKNOWN.without_any("4711"), "4711");
    }

    #[test]
    fn a_sentence_is_shown_without_the_secret() {
        assert_eq!(
            SENT.without_secret("invalid token t-7f1bcd13fc57, 4711"),
            "invalid token …, 4711"
        );
        assert_eq!(Sent::UNKNOWN.without_secret("ok"), "ok");
        let from_a_file = Sent {
            secret: "\u{feff}t-7f1bcd13fc57\n".as_bytes(),
            body: b"",
        };
        assert_eq!(
            from_a_file.without_secret("invalid 令牌 T-7F1BCD13FC57, t-7f1bcd13fc57!"),
            "invalid 令牌 …, …!"
        );
    }
}
