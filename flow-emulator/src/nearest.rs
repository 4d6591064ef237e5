//! "Did you mean ...?", by the rule that contracts and the attribute have too.

pub(crate) use apaas_flow_contract::suggest::nearest;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_typo_and_nothing_else() {
        assert_eq!(
            nearest("operater", ["params", "operator"]),
            Some("operator")
        );
        assert_eq!(nearest("colour", ["params", "operator"]), None);
    }
}
