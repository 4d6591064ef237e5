//! The path of a flow's endpoint.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use url::Url;

/// All that is not unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A flow as error texts and spans name it.
pub(crate) fn label(namespace: &str, flow_id: &str) -> String {
    format!("{namespace}/{flow_id}")
}

/// A name as a segment of a path: never a step between folders, if it was checked.
pub(crate) fn segment(name: &str) -> PercentEncode<'_> {
    utf8_percent_encode(name, RESERVED)
}

/// `/open-apis/apaas/v1/applications/:namespace/flows/:flow_id/execute`
pub(crate) fn path(namespace: &str, flow_id: &str) -> String {
    let mut path = String::with_capacity(64 + namespace.len() + flow_id.len());
    path.push_str("/open-apis/apaas/v1/applications/");
    path.extend(segment(namespace));
    path.push_str("/flows/");
    path.extend(segment(flow_id));
    path.push_str("/execute");
    path
}

/// A path behind the base URL, which is not parsed again.
pub(crate) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    match base.path().trim_end_matches('/') {
        "" => url.set_path(path),
        before => url.set_path(&format!("{before}{path}")),
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_percent_encoded() {
        assert_eq!(
            path("包", "a/../b?c"),
            "/open-apis/apaas/v1/applications/%E5%8C%85/flows/a%2F..%2Fb%3Fc/execute"
        );
    }
}
