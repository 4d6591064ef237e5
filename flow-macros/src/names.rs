//! What a name may be.

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

/// What is surely a mistake of pasting in a field's api name, to be read after "the api name ".
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
