//! What a name may be, and which name was meant.

/// What keeps `name` from being one segment of the request path, to be read after "`flow_id` ".
pub(crate) fn segment_flaw(name: &str) -> Option<String> {
    if name == "." || name == ".." {
        return Some(format!("may not be `{name}`"));
    }
    let bad = name
        .chars()
        .find(|&c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '~')))?;
    Some(format!("may not contain {}", shown(bad)))
}

/// What is surely a slip of the pasting hand in a field's api name, to be read after "the api name ".
pub(crate) fn api_name_flaw(name: &str) -> Option<String> {
    let bad = name.chars().find(|c| c.is_whitespace() || c.is_control())?;
    Some(format!("may not contain {}", shown(bad)))
}

fn shown(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        c if c.is_whitespace() || c.is_control() => format!("`{}`", c.escape_default()),
        c => format!("`{c}`"),
    }
}

/// The known name that `typed` was most likely meant to be.
pub(crate) fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    let typed = folded(typed);
    known
        .iter()
        .map(|name| (distance(&typed, &folded(name)), *name))
        .filter(|(distance, name)| *distance <= (name.len() / 3).max(1) || is_stem(&typed, name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `flowId`, `FLOW_ID` and `flow-id` differ from `flow_id` in style only.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_stem(typed: &str, name: &str) -> bool {
    typed.len() >= 4 && (folded(name).starts_with(typed) || typed.starts_with(&folded(name)))
}

/// Levenshtein's, where two neighbours in the wrong order are one mistake.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous_a = None;
    for (i, char_a) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        let mut left = i + 1;
        let mut previous_b = None;
        for (j, &char_b) in b.iter().enumerate() {
            let cost = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX);
            let mut best = (cost(&last, j) + usize::from(char_a != char_b))
                .min(left + 1)
                .min(cost(&last, j + 1) + 1);
            if previous_a == Some(char_b) && previous_b == Some(char_a) {
                best = best.min(cost(&before_last, j.wrapping_sub(1)).saturating_add(1));
            }
            row.push(best);
            left = best;
            previous_b = Some(char_b);
        }
        before_last = std::mem::replace(&mut last, row);
        previous_a = Some(char_a);
    }
    last.last().copied().unwrap_or(0)
}

/// `` `a`, `b` and `c` ``
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [head @ .., last] => {
            let head: Vec<String> = head.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", head.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keywords::{ARGUMENTS, MARKS, OPTIONS};

    #[test]
    fn a_segment_is_plain() {
        for good in [
            "package_7344545d87__c",
            "deleteObject_99c656599f",
            "a.b",
            "...",
            "a-~",
        ] {
            assert_eq!(segment_flaw(good), None, "{good}");
        }
        for (bad, flaw) in [
            (".", "may not be `.`"),
            ("..", "may not be `..`"),
            ("a/b", "may not contain `/`"),
            ("a?b", "may not contain `?`"),
            ("a%2f", "may not contain `%`"),
            ("a\\b", "may not contain `\\`"),
            ("a b", "may not contain a space"),
            ("a\n", "may not contain `\\n`"),
            ("a\u{a0}", "may not contain `\\u{a0}`"),
            ("流程", "may not contain `流`"),
        ] {
            assert_eq!(segment_flaw(bad).as_deref(), Some(flaw), "{bad:?}");
        }
    }

    #[test]
    fn an_api_name_is_anything_but_blank() {
        assert_eq!(api_name_flaw("_flowExecutionID"), None);
        assert_eq!(api_name_flaw("变量"), None);
        assert_eq!(
            api_name_flaw("variable_a ").as_deref(),
            Some("may not contain a space")
        );
    }

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("abc", "acb", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn what_was_meant() {
        for (typed, meant) in [
            ("namespce", Some("namespace")),
            ("nmaespace", Some("namespace")),
            ("name", Some("namespace")),
            ("flowId", Some("flow_id")),
            ("flow", Some("flow_id")),
            ("outputs", Some("output")),
            ("emulator", Some("emulate")),
            ("method", Some("methods")),
            ("krate", Some("crate")),
            ("timeout", None),
            ("x", None),
        ] {
            assert_eq!(nearest(typed, &ARGUMENTS), meant, "{typed}");
        }
        assert_eq!(nearest("ouput", &MARKS), Some("output"));
        assert_eq!(nearest("Input", &MARKS), Some("input"));
        assert_eq!(nearest("serde", &MARKS), None);
        assert_eq!(nearest("rename", &OPTIONS), None);
        assert_eq!(nearest("defualt", &OPTIONS), Some("default"));
    }

    #[test]
    fn lists() {
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
