//! `--key 'mig-{order_no}'`: the key of a row, made from its columns.

use apaas_flow_contract::suggest;

use crate::failure::Mistake;

/// Text and columns, in turn.
pub(super) struct Key(Vec<Part>);

enum Part {
    Text(String),
    Column(String),
}

impl Key {
    pub(super) fn parse(template: &str) -> Result<Self, Mistake> {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((text, after)) = rest.split_once('{') {
            let Some((column, after)) = after.split_once('}') else {
                return Err(Mistake::new(format!(
                    "--key `{template}` has a `{{` without its `}}`"
                )));
            };
            parts.push(Part::Text(text.to_owned()));
            parts.push(Part::Column(column.to_owned()));
            rest = after;
        }
        if parts.is_empty() {
            return Err(Mistake::new(format!(
                "--key `{template}` has no column in it, so all rows would have one key; write one in braces, such as 'mig-{{order_no}}'"
            )));
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// Checks that the file's header has the columns.
    pub(super) fn check(&self, header: &[String]) -> Result<(), Mistake> {
        for part in &self.0 {
            if let Part::Column(column) = part {
                known(column, header, "--key")?;
            }
        }
        Ok(())
    }

    /// The key of a row, whose columns `cell` reads.
    pub(super) fn of(&self, cell: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        let mut key = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => key.push_str(text),
                Part::Column(column) => match cell(column) {
                    Some(text) if !text.trim().is_empty() => key.push_str(text.trim()),
                    _ => return Err(format!("column `{column}` of the key is empty")),
                },
            }
        }
        Ok(key)
    }
}

/// Whether a column is one of the file's.
pub(super) fn known(column: &str, header: &[String], whose: &str) -> Result<(), Mistake> {
    if header.iter().any(|name| name == column) {
        return Ok(());
    }
    let names = header.iter().map(String::as_str);
    let hint = if let Some(nearest) = suggest::nearest(column, names) {
        format!("did you mean `{nearest}`?")
    } else {
        let names: Vec<_> = header.iter().map(|name| format!("`{name}`")).collect();
        format!("the file has {}", names.join(", "))
    };
    Err(Mistake::new(format!(
        "{whose}: no column `{column}`; {hint}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(template: &str) -> Result<String, String> {
        let key = Key::parse(template).map_err(|mistake| mistake.0)?;
        key.of(|column| match column {
            "no" => Some(" 4711 ".to_owned()),
            "empty" => Some(String::new()),
            _ => None,
        })
    }

    #[test]
    fn a_key_is_made_of_columns() {
        assert_eq!(key("mig-{no}"), Ok("mig-4711".to_owned()));
        assert_eq!(key("{no}/{no}!"), Ok("4711/4711!".to_owned()));
        assert!(key("mig").is_err_and(|why| why.contains("no column")));
        assert!(key("mig-{no").is_err_and(|why| why.contains("without")));
        assert!(key("mig-{empty}").is_err_and(|why| why.contains("`empty`")));
    }
}
