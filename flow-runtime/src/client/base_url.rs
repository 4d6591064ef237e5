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

/// Parses the platform's address; refuses one that is unsafe to send secrets to.
pub(super) fn base_url(text: &str, allow_plain_http: bool) -> Result<Url> {
    // The errors do not quote the text: a URL may contain a password.
    let url = Url::parse(text.trim()).map_err(|error| {
        config(format!(
            "invalid base URL: {error}; expected something like {FEISHU}"
        ))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(config(
            "the base URL contains a user name or password; the platform accepts tokens only",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(config(
            "the base URL contains a `?` or a `#`; use only the part before `/open-apis`",
        ));
    }
    if url.path().trim_end_matches('/').ends_with("/open-apis") {
        return Err(config(
            "the base URL ends with `/open-apis`; use only the part before it",
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
                "https:// needs TLS, which this build lacks; enable `rustls-ring`, `rustls-aws-lc` or `native-tls`",
            ));
        }
        "http" if is_loopback(&url) || allow_plain_http => {}
        "http" => {
            return Err(config(
                "plain http:// to another machine would expose the app secret; use https://, or set `allow_plain_http(true)`; in the environment, `APAAS_ALLOW_PLAIN_HTTP=true`",
            ));
        }
        _ => return Err(config("the base URL is neither https:// nor http://")),
    }
    Ok(url)
}
