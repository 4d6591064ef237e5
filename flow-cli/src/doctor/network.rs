//! What lies between this machine and the platform: a proxy, TLS, and the difference between the clocks.

use std::env;
use std::time::{Duration, SystemTime};

use apaas_flow::Client;
use tokio::time::timeout;

use super::PATIENCE;
use super::check::Check;

/// A clock that is off by more than this makes certificates and tokens look expired, or not yet valid.
const TOLERANCE: Duration = Duration::from_secs(60);

/// Scheme and host of an address.
pub(super) struct Address<'a> {
    pub(super) is_https: bool,
    host: &'a str,
}

impl<'a> Address<'a> {
    pub(super) fn of(url: &'a str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        Self {
            is_https: scheme.eq_ignore_ascii_case("https"),
            host: host(rest),
        }
    }

    fn is_loopback(&self) -> bool {
        let ip = self.host.trim_matches(['[', ']']).parse();
        self.host == "localhost" || ip.is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
    }
}

/// `proxy:8080` of `user:password@proxy:8080/`, and the same without its port.
fn authority(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

fn host(rest: &str) -> &str {
    let authority = authority(rest);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Which proxy the environment asks for. Its user and password are not shown.
pub(super) fn proxy(address: &Address<'_>) -> Check {
    const NAME: &str = "proxy";

    if address.is_loopback() {
        return Check::passed(NAME, "none, since the base URL is on this machine");
    }
    let names: &[&str] = if address.is_https {
        &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    } else {
        &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
    };
    let Some((name, value)) = first(names) else {
        return Check::passed(NAME, "none in the environment");
    };
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", &value));
    let shown = format!("{scheme}://{}", authority(rest));
    match first(&["NO_PROXY", "no_proxy"]) {
        Some((exception, list)) if is_excepted(address.host, &list) => Check::passed(
            NAME,
            &format!(
                "none: {name} names {shown}, and {exception} excepts {}",
                address.host
            ),
        ),
        _ => Check::passed(NAME, &format!("{shown} ({name})")),
    }
}

fn first(names: &[&'static str]) -> Option<(&'static str, String)> {
    let mut set = names
        .iter()
        .filter_map(|name| Some((*name, env::var(name).ok()?)));
    set.find(|(_, value)| !value.trim().is_empty())
}

fn is_excepted(host: &str, list: &str) -> bool {
    list.split(',').map(str::trim).any(|entry| {
        let domain = entry.trim_start_matches('.');
        let below = host.strip_suffix(domain);
        entry == "*"
            || !domain.is_empty() && below.is_some_and(|b| b.is_empty() || b.ends_with('.'))
    })
}

/// Whether this machine and the server agree on the time.
pub(super) async fn clock(client: &Client) -> Check {
    const NAME: &str = "clock";

    let Ok(Ok(Some(theirs))) = timeout(PATIENCE, client.server_time()).await else {
        return Check::skipped(NAME, "the server does not tell its time");
    };
    let now = SystemTime::now();
    let (off, how) = match now.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    let found = format!("{} s {how} the server's", off.as_secs());
    if off <= TOLERANCE {
        Check::passed(NAME, &found)
    } else {
        let cure = "set this machine's clock, by NTP for example (`timedatectl set-ntp true`)";
        Check::failed(NAME, &found, cure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        for (url, host, is_https) in [
            ("https://open.feishu.cn", "open.feishu.cn", true),
            ("HTTPS://a.b:8443/x?y", "a.b", true),
            ("http://[::1]:7800", "[::1]", false),
            ("http://127.0.0.1:1/", "127.0.0.1", false),
        ] {
            let address = Address::of(url);
            assert_eq!((address.host, address.is_https), (host, is_https), "{url}");
        }
        assert!(Address::of("http://[::1]:7800").is_loopback());
        assert_eq!(authority("user:p@ss@proxy:8080/"), "proxy:8080");
    }

    #[test]
    fn an_exception_is_a_host_or_a_domain() {
        for (list, excepts) in [
            ("open.feishu.cn", true),
            ("localhost, .feishu.cn", true),
            ("feishu.cn", true),
            ("*", true),
            ("shu.cn", false),
            ("", false),
            (",", false),
        ] {
            assert_eq!(is_excepted("open.feishu.cn", list), excepts, "{list}");
        }
    }
}
