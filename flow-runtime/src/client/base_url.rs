//! The platform's address, and whether secrets can be sent there.

use url::{Host, Url};

use super::builder::{FEISHU, config};
use crate::error::Result;

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The platform's address, if it is one that the secrets can be sent to.
pub(super) fn base_url(text: &str, allow_plain_http: bool) -> Result<Url> {
    // The text is not repeated: a URL may carry a password.
    let url = Url::parse(text.trim()).map_err(|error| {
        config(format!(
            "the base URL cannot be read: {error}; it looks like {FEISHU}"
        ))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(config(
            "the base URL has a user or a password in it; the platform knows tokens only",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(config(
            "the base URL has a `?` or a `#`; give the part in front of `/open-apis`",
        ));
    }
    if url.path().trim_end_matches('/').ends_with("/open-apis") {
        return Err(config(
            "the base URL ends with `/open-apis`; give the part in front of it",
        ));
    }
    match url.scheme() {
        "https"
            if cfg!(any(
                feature = "rustls-ring",
                feature = "rustls-aws-lc",
                feature = "native-tls"
            )) => {}
        "https" => {
            return Err(config(
                "https needs TLS, which this build lacks; enable `rustls-ring`, `rustls-aws-lc` or `native-tls`",
            ));
        }
        "http" if is_loopback(&url) || allow_plain_http => {}
        "http" => {
            return Err(config(
                "a plain http:// address beyond this machine would send the app secret readable; use https://, or `allow_plain_http(true)`",
            ));
        }
        _ => return Err(config("the base URL is neither https:// nor http://")),
    }
    Ok(url)
}
