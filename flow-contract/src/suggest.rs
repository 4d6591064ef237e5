//! "Did you mean ..?": which known name a mistyped one was meant to be, and how messages list names.
//!
//! A name that is refused in any case is compared generously, by [`nearest`]. One that would do is refused only where it
//! is almost certainly a typo: [`is_typo`] of an api name, which may differ from another in a letter, and
//! [`is_one_edit_off`] of one of a few keywords, which do not.

/// The known name that `typed` was most likely meant to be.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded_typed = folded(typed);
    let far = |name: &str| {
        let same = common_words(typed, name);
        (name.chars().count() - same) / 3
    };
    known
        .into_iter()
        .map(|name| (distance(&folded_typed, &folded(name)), name))
        .filter(|(distance, name)| *distance <= far(name).max(1) || is_stem(&folded_typed, name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many characters of whole words two names begin with, such as the 9 of `variable_`: they make no name more alike.
fn common_words(one: &str, other: &str) -> usize {
    one.chars()
        .zip(other.chars())
        .take_while(|(a, b)| a == b)
        .enumerate()
        .filter(|(_, (a, _))| *a == '_')
        .last()
        .map_or(0, |(at, _)| at + 1)
}

/// Whether `typed` is `known` with a typo in it that nobody would use to tell two names apart: another style, or inside
/// a word of five letters or more one letter missing or too many, or two of them swapped, or of six or more one wrong.
pub fn is_typo(typed: &str, known: &str) -> bool {
    if folded(typed) == folded(known) {
        return true;
    }
    let (typed, known): (Vec<char>, Vec<char>) = (typed.chars().collect(), known.chars().collect());
    let same =
        |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let before = same(&mut typed.iter().zip(&known));
    let shorter = typed.len().min(known.len());
    let after = same(&mut typed.iter().rev().zip(known.iter().rev())).min(shorter - before);
    let middle = |name: &[char]| {
        name.get(before..name.len() - after)
            .unwrap_or_default()
            .to_vec()
    };
    // how long a word must be, and whether the typo may be at its end
    let (least, is_swap) = match (middle(&typed).as_slice(), middle(&known).as_slice()) {
        ([a, b], [c, d]) if a == d && b == c => (5, true),
        ([_], []) | ([], [_]) => (5, false),
        ([_], [_]) => (6, false),
        _ => return false,
    };
    let longer = if typed.len() > known.len() {
        &typed
    } else {
        &known
    };
    let letter = |c: &&char| c.is_alphabetic();
    let word_before = longer.iter().take(before).rev().take_while(letter).count();
    let word_after = longer
        .iter()
        .skip(longer.len() - after)
        .take_while(letter)
        .count();
    let within = longer.len() - before - after;
    let all_letters = [&typed, &known]
        .iter()
        .all(|name| middle(name).iter().all(|c| c.is_alphabetic()));
    all_letters
        && (is_swap || word_before > 0 && word_after > 0)
        && word_before + within + word_after >= least
}

/// Whether one letter or the style is all that differs.
pub fn is_one_edit_off(typed: &str, known: &str) -> bool {
    distance(&folded(typed), &folded(known)) <= 1
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
pub fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [head @ .., last] => {
            let head: Vec<String> = head.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", head.join(", "))
        }
    }
}

/// `` `a`, `b`, `c` `` and so on, not more than anybody reads; `None` for none.
pub fn some_of(names: &[&str]) -> Option<String> {
    const MOST: usize = 12;

    let (shown, rest) = names.split_at_checked(MOST).unwrap_or((names, &[]));
    match (shown, rest.len()) {
        ([], _) => None,
        (shown, 0) => Some(listed(shown)),
        (shown, more) => {
            let shown: Vec<String> = shown.iter().map(|name| format!("`{name}`")).collect();
            Some(format!("{} and {more} more", shown.join(", ")))
        }
    }
}

/// `` `a` or `b` ``
pub fn one_of(names: &[&str]) -> String {
    listed(names).replace("` and `", "` or `")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARGUMENTS: [&str; 7] = [
        "namespace",
        "flow_id",
        "output",
        "emulate",
        "methods",
        "crate",
        "contract",
    ];
    const MARKS: [&str; 2] = ["input", "output"];
    const OPTIONS: [&str; 2] = ["with", "default"];

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
            assert_eq!(nearest(typed, ARGUMENTS), meant, "{typed}");
        }
        assert_eq!(nearest("ouput", MARKS), Some("output"));
        assert_eq!(nearest("Input", MARKS), Some("input"));
        assert_eq!(nearest("serde", MARKS), None);
        assert_eq!(nearest("rename", OPTIONS), None);
        assert_eq!(nearest("defualt", OPTIONS), Some("default"));
    }

    #[test]
    fn what_all_names_begin_with_makes_none_more_alike() {
        let known = ["variable_total", "variable_amount", "variable_note"];
        for (typed, meant) in [
            ("variable_totl", Some("variable_total")),
            ("variable_amnt", Some("variable_amount")),
            ("variableTotal", Some("variable_total")),
            ("total", None),
            ("variable_sum", None),
            ("variable_city", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }

    #[test]
    fn a_typo_is_nothing_that_tells_two_names_apart() {
        for typed in [
            "variabel_total",
            "varible_total",
            "variiable_total",
            "varoable_total",
            "variable_totl",
            "variable_tootal",
            "variable_ttoal",
            "variableTotal",
            "VARIABLE_TOTAL",
            "variable-total",
        ] {
            assert!(is_typo(typed, "variable_total"), "{typed}");
        }
        for (typed, known) in [
            ("variable_total", "variable_totals"),
            ("variable_total_1", "variable_total_2"),
            ("variable_a", "variable_b"),
            ("variable_ab", "variable_ba"),
            ("variable_1", "variable_12"),
            ("variable_price", "variable_prize"),
            ("variable_from", "variable_form"),
            ("variable_cat", "variable_cart"),
            ("variable_created", "variable_creates"),
            ("variable_note", "variable_total"),
            ("", "variable_total"),
            ("variable_total", ""),
            ("变量一", "变量二"),
        ] {
            assert!(!is_typo(typed, known), "{typed} {known}");
            assert!(!is_typo(known, typed), "{known} {typed}");
        }
    }

    #[test]
    fn lists() {
        assert_eq!(one_of(&["a", "b"]), "`a` or `b`");
        assert_eq!(some_of(&[]), None);
        assert_eq!(some_of(&["a", "b"]).as_deref(), Some("`a` and `b`"));
        let many: Vec<String> = (0..15).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(some_of(&many).is_some_and(|shown| shown.ends_with("`11` and 3 more")));
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
