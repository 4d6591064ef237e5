//! The value of `--flow`.

use std::ffi::OsString;
use std::path::PathBuf;

const FORM: &str = "NAMESPACE/FLOW_ID=FILE, such as package_x__c/flow_y=outputs.json";

/// A flow, and the file that holds its outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FlowFile {
    pub(super) namespace: String,
    pub(super) flow_id: String,
    pub(super) file: PathBuf,
}

impl FlowFile {
    /// Reads `NAMESPACE/FLOW_ID=FILE`.
    pub(super) fn parse(value: OsString) -> Result<Self, String> {
        let value = value
            .into_string()
            .map_err(|_| "--flow is not valid Unicode".to_owned())?;
        let parts = value
            .split_once('=')
            .and_then(|(flow, file)| flow.split_once('/').map(|(n, f)| (n, f, file)));
        let Some((namespace, flow_id, file)) = parts.filter(|(.., file)| !file.is_empty()) else {
            return Err(format!("--flow must be {FORM}, not `{value}`"));
        };
        for (what, name) in [("namespace", namespace), ("flow id", flow_id)] {
            if let Some(flaw) = name_flaw(name) {
                return Err(format!(
                    "the {what} of --flow {value:?} {flaw}; write {FORM}"
                ));
            }
        }
        Ok(Self {
            namespace: namespace.to_owned(),
            flow_id: flow_id.to_owned(),
            file: file.into(),
        })
    }
}

/// Why no flow can have this name, which becomes one segment of the request path.
fn name_flaw(name: &str) -> Option<&'static str> {
    match name {
        "" => Some("is empty"),
        "." | ".." => Some("is `.` or `..`, which a URL path does not keep"),
        _ if name.contains('/') => Some("contains a `/`"),
        _ if name.contains(char::is_whitespace) => Some("contains whitespace"),
        _ if name.contains(char::is_control) => Some("contains a control character"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_flow_names() {
        for (given, flaw) in [
            (
                "../x=f",
                r#"the namespace of --flow "../x=f" is `.` or `..`, which a URL path does not keep"#,
            ),
            (
                "x/.=f",
                r#"the flow id of --flow "x/.=f" is `.` or `..`, which a URL path does not keep"#,
            ),
            (
                "a/b/c=f",
                r#"the flow id of --flow "a/b/c=f" contains a `/`"#,
            ),
            (
                "a b/c=f",
                r#"the namespace of --flow "a b/c=f" contains whitespace"#,
            ),
            (
                "a/b\n=f",
                r#"the flow id of --flow "a/b\n=f" contains whitespace"#,
            ),
            (
                "a\0/b=f",
                r#"the namespace of --flow "a\0/b=f" contains a control character"#,
            ),
            ("/b=f", r#"the namespace of --flow "/b=f" is empty"#),
            ("a/=f", r#"the flow id of --flow "a/=f" is empty"#),
        ] {
            assert_eq!(
                FlowFile::parse(given.into()),
                Err(format!(
                    "{flaw}; write NAMESPACE/FLOW_ID=FILE, such as package_x__c/flow_y=outputs.json"
                ))
            );
        }
    }
}
