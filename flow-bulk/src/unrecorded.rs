//! Rows that ended, and whose end the journal could not take in.

use crate::error::Error;
use crate::journal::RowState;

/// The most rows that the error names.
const NAMED: usize = 20;

#[derive(Default)]
pub(crate) struct Unrecorded {
    /// Why the first of them is not in the journal.
    why: Option<Error>,
    named: Vec<String>,
    more: usize,
}

impl Unrecorded {
    pub(crate) fn add(&mut self, why: Error, number: u64, key: &str, state: RowState) {
        self.why.get_or_insert(why);
        if self.named.len() < NAMED {
            self.named.push(format!("row {number} (`{key}`) `{state}`"));
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.why.is_none()
    }

    /// The only place that says how these rows ended, so it comes before any other error.
    pub(crate) fn into_error(self) -> Option<Error> {
        let why = self.why?;
        let rows = self.named.join(", ");
        let more = match self.more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(Error::new(
            why.kind(),
            format!(
                "{why}; the journal still has these rows as `sending`, and the next run will take them for unknown. They ended like this: {rows}{more}; look them up, or settle them under their own keys with `settle_unknown`"
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn twenty_rows_are_named_and_the_others_counted() {
        let error_of = |rows: u64| {
            let mut unrecorded = Unrecorded::default();
            for number in 1..=rows {
                let why = Error::new(ErrorKind::Journal, format!("disk {number} is full"));
                unrecorded.add(why, number, &format!("k-{number}"), RowState::Ran);
            }
            unrecorded.into_error()
        };
        assert!(error_of(0).is_none());
        let text = error_of(20).expect("of twenty").to_string();
        assert!(text.starts_with("disk 1 is full; "), "{text}");
        assert!(text.contains("row 20 (`k-20`) `ran`; "), "{text}");
        let text = error_of(23).expect("of more").to_string();
        assert!(
            text.contains("row 20 (`k-20`) `ran` and 3 more; "),
            "{text}"
        );
    }
}
