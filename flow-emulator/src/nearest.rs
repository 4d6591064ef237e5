//! "Did you mean ...?": the known name that a mistyped one is closest to.

/// The name of `known` that takes the fewest edits to reach from `wanted`, if these are few enough for a slip of the hand.
pub(crate) fn nearest<'a>(
    wanted: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let most = (wanted.chars().count() / 3).max(2);
    known
        .into_iter()
        .map(|name| (edits(wanted, name), name))
        .filter(|(edits, _)| *edits <= most)
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein's distance, one row at a time.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (deleted, have) in from.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut left = deleted + 1;
        next.push(left);
        for ((want, diagonal), above) in to.iter().zip(&row).zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(have != *want))
                .min(above + 1)
                .min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        assert_eq!(edits("", ""), 0);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("流程", "流"), 1);
    }

    #[test]
    fn finds_a_slip_and_nothing_else() {
        assert_eq!(
            nearest("operater", ["params", "operator"]),
            Some("operator")
        );
        assert_eq!(nearest("colour", ["params", "operator"]), None);
    }
}
