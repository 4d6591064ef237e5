//! Who may use the page: a browser that was sent to this very address, and no other site in it.
//!
//! A web page from elsewhere can have a browser send requests to this machine, under a name of its own that leads here (DNS
//! rebinding) or across origins. `Host` tells the first, `Origin` the second.

use std::net::{Ipv4Addr, Ipv6Addr};

use hyper::HeaderMap;
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, ORIGIN};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Whether this request may use the page; if not, why. `name` is the one that the emulator was told to listen on. A link on
/// another site may lead to what is `linkable`.
pub(super) fn check(headers: &HeaderMap, name: &str, linkable: bool) -> Result<(), &'static str> {
    let host = text(headers, &HOST).unwrap_or_default();
    if !is_ours(without_port(host), name) {
        return Err(
            "the page is shown under an IP address or localhost only, so that no other site can read it\n",
        );
    }
    if let Some(origin) = text(headers, &ORIGIN) {
        let origin = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        if !origin.is_some_and(|origin| origin.eq_ignore_ascii_case(host)) {
            return Err("another site may not use this page\n");
        }
    }
    match text(headers, &SEC_FETCH_SITE) {
        // `none`: typed into the address bar
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) if linkable && text(headers, &SEC_FETCH_MODE) == Some("navigate") => Ok(()),
        Some(_) => Err("another site may not use this page\n"),
    }
}

/// Whether this request may change something, beyond [`check`]. A form of another site cannot send JSON.
pub(super) fn check_action(headers: &HeaderMap) -> Result<(), &'static str> {
    let media_type = text(headers, &CONTENT_TYPE).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err("send `Content-Type: application/json`\n")
    }
}

/// The header, if it is there once.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value.to_str().unwrap_or("?")),
        (Some(_), Some(_)) => Some("?"),
        (None, _) => None,
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A name that no other site can have.
fn is_ours(host: &str, name: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']');
        return address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host.parse::<Ipv4Addr>().is_ok()
        || host == "localhost"
        || host.ends_with(".localhost")
        || (!host.is_empty() && host.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn may(given: &[(&'static str, &'static str)]) -> bool {
        check(&headers(given), "emulator.internal", true).is_ok()
    }

    #[test]
    fn a_name_that_another_site_may_have_is_refused() {
        for host in [
            "127.0.0.1:7800",
            "127.0.0.1",
            "[::1]:7800",
            "localhost:7800",
            "LOCALHOST.",
            "app.localhost:1",
            "192.168.1.7:7800",
            "emulator.internal:7800",
        ] {
            assert!(may(&[("host", host)]), "{host}");
        }
        for host in [
            "evil.example:7800",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "notlocalhost",
            "",
            "[::1",
            "[::1].evil.example",
            "[localhost]",
            "[fe80::1%25eth0]",
            "::1",
            "127.0.0.1@evil.example",
            "2130706433",
            "0x7f.1",
            "localhost..",
            ".",
        ] {
            assert!(!may(&[("host", host)]), "{host}");
        }
        assert!(!may(&[]), "no Host at all");
        assert!(!may(&[("host", "127.0.0.1"), ("host", "localhost")]));
    }

    #[test]
    fn another_origin_is_refused() {
        let from = |origin| may(&[("host", "127.0.0.1:7800"), ("origin", origin)]);
        assert!(from("http://127.0.0.1:7800"));
        for origin in [
            "http://127.0.0.1:7801",
            "http://localhost:7800",
            "https://evil.example",
            "null",
            "",
        ] {
            assert!(!from(origin), "{origin}");
        }
        let site = |site, mode| {
            may(&[
                ("host", "127.0.0.1:7800"),
                ("sec-fetch-site", site),
                ("sec-fetch-mode", mode),
            ])
        };
        assert!(site("same-origin", "cors") && site("none", "navigate"));
        assert!(site("cross-site", "navigate"), "a link to the page");
        assert!(!site("cross-site", "no-cors") && !site("same-site", "cors"));
        let link = headers(&[
            ("host", "127.0.0.1:7800"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        ]);
        assert!(check(&link, "", false).is_err(), "a link to anything else");
    }

    #[test]
    fn a_form_changes_nothing() {
        let action = |media_type| check_action(&headers(&[("content-type", media_type)])).is_ok();
        assert!(action("application/json") && action("Application/JSON; charset=utf-8"));
        assert!(!action("text/plain") && !action("application/x-www-form-urlencoded"));
        assert!(check_action(&headers(&[])).is_err());
    }
}
