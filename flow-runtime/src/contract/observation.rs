//! What a reply shows of a flow: the names of its outputs and the shapes of their values.

use std::collections::BTreeMap;

use super::seen::Seen;
use crate::codec::entries;

/// No flow has this many outputs, and no file should.
const MOST: usize = 4096;

/// The names and shapes of one reply, and of what is inside of them. No value is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Observation {
    /// Whether the flow came to its end: only then is it known that an output is missing.
    pub(super) finished: bool,
    pub(super) outputs: BTreeMap<String, Seen>,
}

impl Observation {
    /// Of the text of `out_params`; none if it shows nothing.
    pub(super) fn of(out_params: &str, finished: bool) -> Option<Self> {
        let text = out_params.trim();
        if matches!(text, "" | "null") {
            return None;
        }
        let mut outputs = BTreeMap::<_, Seen>::new();
        let entries = entries(text).ok().filter(|all| all.len() <= MOST)?;
        for (name, value) in entries {
            if !name.is_empty() {
                let seen = outputs.entry(name.into_owned()).or_default();
                seen.take_in(value.get());
            }
        }
        let shows = finished || !outputs.is_empty();
        shows.then_some(Self { finished, outputs })
    }
}

#[cfg(test)]
mod tests {
    use apaas_flow_contract::Shape;

    use super::*;

    #[test]
    fn a_reply_shows_names_and_shapes() {
        let text = r#"[{"api_name":"b","value":"v4lue"},{"value":[1],"api_name":"a"},{"api_name":"b","value":7},
            {"api_name":"none"},{"api_name":"","value":1}]"#;
        let seen = Observation::of(text, true).unwrap();
        let outputs: Vec<_> = seen
            .outputs
            .iter()
            .map(|(name, seen)| (&**name, seen.shapes.iter().copied().collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            outputs,
            [
                ("a", vec![Shape::Array]),
                ("b", vec![Shape::Integer, Shape::String])
            ]
        );
        assert!(!format!("{seen:?}").contains("v4lue"));
    }

    #[test]
    fn what_cannot_be_read_shows_nothing() {
        for text in [
            "",
            " ",
            "null",
            "<oops>",
            "[1]",
            "7",
            r#"[{"api_name":"a","value":1}"#,
        ] {
            assert_eq!(Observation::of(text, true), None, "{text}");
        }
        let pair = |i| format!(r#"{{"api_name":"a{i}","value":1}}"#);
        let pairs: Vec<_> = (0..=MOST).map(pair).collect();
        assert_eq!(
            Observation::of(&format!("[{}]", pairs.join(",")), true),
            None
        );
        // no outputs at all is something that only a run at its end can show
        assert!(Observation::of("[]", true).is_some());
        assert_eq!(Observation::of("[]", false), None);
    }
}
