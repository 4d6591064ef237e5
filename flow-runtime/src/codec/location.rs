//! Where in a value reading stopped: from serde_json's line and column to a path such as `[2].price`.
//!
//! A path kept while reading would cost every field of every flow its own copy of the code; this costs only failures.

use serde_json::value::RawValue;

/// The path to the value that starts or ends at this place of the text, and that value's own text.
///
/// serde_json stops in front of a list or object that it did not expect, and behind everything else. Where no value
/// starts or ends there, it is the innermost one around the place.
///
/// When a type refuses what it has read already, serde_json goes one step on: to a list's next value, or out of the list
/// or object. Then it is the value before. `fits` says whether a value can be the one that the error speaks of.
pub(super) fn locate(
    text: &str,
    line: usize,
    column: usize,
    fits: impl Fn(&str) -> bool,
) -> (String, &str) {
    let line_start = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let mut path = String::new();
    let place = line_start + column;
    let found = descend(text, text.trim(), place, &mut path, &fits);
    (path, found)
}

fn descend<'t>(
    text: &'t str,
    value: &'t str,
    place: usize,
    path: &mut String,
    fits: &impl Fn(&str) -> bool,
) -> &'t str {
    let (start, end) = span(text, value);
    if (place <= start || place == end) && fits(value) {
        return value;
    }
    let children = children(value);
    for (step, child) in &children {
        let (start, end) = span(text, child);
        let in_front = place == start && !child.starts_with(['[', '{']);
        if start <= place && place <= end && !in_front {
            let before = path.len();
            path.push_str(step);
            let found = descend(text, child, place, path, fits);
            if fits(found) {
                return found;
            }
            path.truncate(before);
        }
    }
    let mut passed = children.iter().rev();
    match passed.find(|(_, child)| span(text, child).1 <= place) {
        Some((step, child)) if (value.starts_with('[') || place == end) && fits(child) => {
            path.push_str(step);
            child
        }
        _ => value,
    }
}

/// Where a part of the text lies in it.
fn span(text: &str, part: &str) -> (usize, usize) {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    (start, start + part.len())
}

/// The values directly inside a list or an object, each with its step of the path.
fn children(value: &str) -> Vec<(String, &str)> {
    if value.starts_with('[') {
        serde_json::from_str::<Vec<&RawValue>>(value)
            .unwrap_or_default()
            .into_iter()
            .enumerate()
            .map(|(i, child)| (format!("[{i}]"), child.get()))
            .collect()
    } else if value.starts_with('{') {
        super::entries::entries(value)
            .unwrap_or_default()
            .into_iter()
            .map(|(key, child)| (step(&key), child.get()))
            .collect()
    } else {
        Vec::new()
    }
}

/// A key that a program could have as a field's name; another may be a value, of a map by email perhaps.
fn step(key: &str) -> String {
    let is_name = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name {
        format!(".{key}")
    } else {
        ".*".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer};

    use super::locate;

    fn stopped<T: for<'de> Deserialize<'de>>(text: &str) -> (String, &str) {
        let error = serde_json::from_str::<T>(text).err().expect("does not fit");
        locate(text, error.line(), error.column(), |_| true)
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Line {
        price: u8,
    }

    #[derive(Debug)]
    struct Afterwards;

    impl<'de> Deserialize<'de> for Afterwards {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            match &*String::deserialize(deserializer)? {
                "good" => Ok(Self),
                _ => Err(D::Error::custom("refused")),
            }
        }
    }

    #[test]
    fn a_value_refused_after_it_was_read_is_the_one_before() {
        let text = r#"["good", "bad" , "good"]"#;
        assert_eq!(stopped::<Vec<Afterwards>>(text), ("[1]".into(), "\"bad\""));

        let text = r#"["good", "bad"]"#;
        let error = serde_json::from_str::<Vec<Afterwards>>(text).expect_err("refused");
        let is_text = |value: &str| value.starts_with('"');
        assert_eq!(
            locate(text, error.line(), error.column(), is_text),
            ("[1]".into(), "\"bad\"")
        );
    }

    #[test]
    fn the_innermost_value_that_does_not_fit_is_found() {
        assert_eq!(stopped::<i64>(r#""x""#), (String::new(), r#""x""#));
        assert_eq!(
            stopped::<Vec<i64>>("[1, \"two\", 3]"),
            ("[1]".into(), "\"two\"")
        );
        assert_eq!(stopped::<Vec<i64>>("[1,[2],3]"), ("[1]".into(), "[2]"));
        assert_eq!(
            stopped::<Vec<i64>>("[1,\n {\"a\": 2},3]"),
            ("[1]".into(), "{\"a\": 2}")
        );
        assert_eq!(
            stopped::<Vec<Line>>(r#"[{"price":1},{"price":300}]"#),
            ("[1].price".into(), "300")
        );
        assert_eq!(
            stopped::<Vec<Line>>(r#"[{"price":1},{"cost":3}]"#),
            ("[1]".into(), r#"{"cost":3}"#)
        );
        assert_eq!(
            stopped::<HashMap<String, Vec<bool>>>(r#"{"a":[true],"b":[true,null]}"#),
            (".b[1]".into(), "null")
        );
        assert_eq!(
            stopped::<HashMap<String, u8>>(r#"{"alice@example.com":300}"#),
            (".*".into(), "300")
        );
    }
}
