//! Why no connection can be made, in words that say what helps, and whether time alone may.
//!
//! What reqwest and the TLS libraries under it find is told by types of theirs that are private or not of this crate, so
//! their texts are all there is to go by.

/// Something in the way of a connection.
pub(super) struct Obstacle {
    pub(super) cure: &'static str,
    /// Whether it stays until someone does something about it: then there is no second attempt.
    pub(super) lasts: bool,
}

const CERTIFICATE: Obstacle = lasting(
    "the server's certificate is not trusted: add the authority that issued it to the trusted ones of this machine (where it has none, install `ca-certificates`; or name a file of them in SSL_CERT_FILE), and check `base_url`, the proxies and the clock",
);

const NOT_TLS: Obstacle = lasting(
    "what answers does not speak TLS: check the port in `base_url`, and whether a proxy's address should begin with http://",
);

const NO_COMMON_TLS: Obstacle = lasting(
    "the two sides have no version or algorithm of TLS in common: check `base_url` and the proxies, or take another TLS feature of apaas-flow",
);

const PROXY_SCHEME: Obstacle = lasting(
    "a proxy of this kind is not supported: use one whose address begins with http:// or https://, or enable reqwest's feature `socks`",
);

const PROXY_LOGIN: Obstacle =
    lasting("the proxy wants to be logged in to: put a user and a password into its address");

/// Reached through some TLS libraries, a proxy of another kind than HTTP's is only one that gives no tunnel.
const NO_TUNNEL: Obstacle = passing(
    "check the proxy's address, and that it lets the platform be reached; a proxy whose address does not begin with http:// or https:// is not supported",
);

const NO_TLS: Obstacle = lasting(
    "this build has no TLS: enable the feature `rustls-ring`, `rustls-aws-lc` or `native-tls` of apaas-flow",
);

const FILES: Obstacle = passing(
    "this process has no file descriptor left: raise its limit (ulimit -n), or look for what keeps files and connections open",
);

const NAME: Obstacle = passing("check `base_url`, and this machine's DNS and network");

const NOBODY: Obstacle = passing(
    "nothing is listening there: check `base_url`, its port, any proxy, and that the server is running",
);

const fn lasting(cure: &'static str) -> Obstacle {
    Obstacle { cure, lasts: true }
}

const fn passing(cure: &'static str) -> Obstacle {
    Obstacle { cure, lasts: false }
}

/// A part of a text, and what it means; the first that is found counts.
const KNOWN: &[(&str, Obstacle)] = &[
    ("Too many open files", FILES),
    ("os error 10024", FILES),
    ("InvalidContentType", NOT_TLS),
    ("wrong version number", NOT_TLS),
    ("ertificate", CERTIFICATE),
    ("UnknownCA", CERTIFICATE),
    ("HandshakeFailure", NO_COMMON_TLS),
    ("handshake failure", NO_COMMON_TLS),
    ("ProtocolVersion", NO_COMMON_TLS),
    ("peer is incompatible", NO_COMMON_TLS),
    ("unsupported scheme socks", PROXY_SCHEME),
    ("proxy authorization required", PROXY_LOGIN),
    ("scheme is not http", NO_TLS),
    ("tunnel error", NO_TUNNEL),
    ("dns error", NAME),
    ("failed to lookup address", NAME),
    ("Connection refused", NOBODY),
    // on Windows, whose text is in the user's language
    ("os error 10061", NOBODY),
];

/// What the text of a failure means.
pub(super) fn obstacle(chain: &str) -> Option<&'static Obstacle> {
    KNOWN
        .iter()
        .find(|(part, _)| chain.contains(part))
        .map(|(_, obstacle)| obstacle)
}

#[cfg(test)]
mod tests {
    use super::obstacle;

    #[test]
    fn what_lasts_is_told_from_what_passes() {
        for (text, lasts) in [
            ("invalid peer certificate: UnknownIssuer", true),
            ("certificate verify failed: self-signed certificate", true),
            ("received fatal alert: HandshakeFailure", true),
            ("tunnel error: proxy authorization required", true),
            ("invalid URL, scheme is not http", true),
            (
                "tcp connect error: Too many open files (os error 24)",
                false,
            ),
            ("dns error: failed to lookup address information", false),
            ("tunnel error: unsuccessful", false),
            (
                "tcp connect error: Connection refused (os error 111)",
                false,
            ),
            ("tcp connect error: (os error 10061)", false),
        ] {
            let found = obstacle(text).map(|obstacle| obstacle.lasts);
            assert_eq!(found, Some(lasts), "{text}");
        }
        assert!(obstacle("operation timed out").is_none());
    }
}
