//! Which endpoint a request is for.

use hyper::{Method, Uri};

use crate::handler::flow_name::flow_name;
use crate::state::fault::Endpoint;

/// An endpoint, with the names in its path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// `POST /open-apis/auth/v3/tenant_access_token/internal`
    Token,
    /// `POST /open-apis/apaas/v1/applications/:namespace/flows/:flow_id/execute`
    Execute { namespace: String, flow_id: String },
}

impl Route {
    /// `None` if no endpoint has this method and path.
    pub(super) fn of(method: &Method, uri: &Uri) -> Option<Self> {
        if method != Method::POST {
            return None;
        }
        let segments: Vec<&str> = uri.path().split('/').collect();
        match segments.as_slice() {
            [
                "",
                "open-apis",
                "auth",
                "v3",
                "tenant_access_token",
                "internal",
            ] => Some(Self::Token),
            [
                "",
                "open-apis",
                "apaas",
                "v1",
                "applications",
                namespace,
                "flows",
                flow_id,
                "execute",
            ] => Some(Self::Execute {
                namespace: decode(namespace)?,
                flow_id: decode(flow_id)?,
            }),
            _ => None,
        }
    }

    pub(super) fn endpoint(&self) -> Endpoint {
        match self {
            Self::Token => Endpoint::Token,
            Self::Execute { .. } => Endpoint::Execute,
        }
    }

    /// `NAMESPACE/FLOW_ID` of the flow, if the request is of one.
    pub(super) fn flow(&self) -> Option<String> {
        match self {
            Self::Token => None,
            Self::Execute { namespace, flow_id } => Some(flow_name(namespace, flow_id)),
        }
    }
}

/// Percent-decodes a path segment; `None` if it is empty or malformed.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = segment.bytes();
    let mut decoded = Vec::with_capacity(segment.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            digit(bytes.next()?)? << 4 | digit(bytes.next()?)?
        } else {
            byte
        });
    }
    String::from_utf8(decoded)
        .ok()
        .filter(|text| !text.is_empty())
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(path: &str) -> Option<Route> {
        Route::of(&Method::POST, &path.parse().unwrap())
    }

    fn execute(namespace: &str, flow_id: &str) -> Route {
        Route::Execute {
            namespace: namespace.to_owned(),
            flow_id: flow_id.to_owned(),
        }
    }

    #[test]
    fn the_two_endpoints() {
        assert_eq!(
            post("/open-apis/auth/v3/tenant_access_token/internal"),
            Some(Route::Token)
        );
        assert_eq!(
            post("/open-apis/apaas/v1/applications/package_x__c/flows/flow_y/execute"),
            Some(execute("package_x__c", "flow_y"))
        );
    }

    #[test]
    fn names_are_decoded() {
        assert_eq!(
            post("/open-apis/apaas/v1/applications/a%2Fb/flows/%E6%B5%81/execute"),
            Some(execute("a/b", "流"))
        );
    }

    #[test]
    fn invalid_names_are_refused() {
        for flow_id in ["", "%", "%4", "%zz", "%ff", "a/b"] {
            let path = format!("/open-apis/apaas/v1/applications/x/flows/{flow_id}/execute");
            assert_eq!(post(&path), None, "{path}");
        }
    }

    #[test]
    fn other_methods_and_paths_are_refused() {
        let token = "/open-apis/auth/v3/tenant_access_token/internal";
        assert_eq!(Route::of(&Method::GET, &token.parse().unwrap()), None);
        assert_eq!(
            post("/open-apis/auth/v3/tenant_access_token/internal/"),
            None
        );
        assert_eq!(post("/"), None);
    }
}
