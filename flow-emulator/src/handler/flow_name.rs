//! How a flow is named in messages and on the command line.

/// `NAMESPACE/FLOW_ID`
pub(crate) fn flow_name(namespace: &str, flow_id: &str) -> String {
    format!("{namespace}/{flow_id}")
}
