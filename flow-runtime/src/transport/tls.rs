//! TLS, with the certificates that the operating system trusts.

use crate::error::{Error, ErrorKind, Result};

/// What the system's certificates are needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificates {
    /// The platform is reached by `https://`.
    Required,
    /// It is reached by `http://`: only a proxy in between could need them.
    IfThereAreAny,
    /// It is on this machine.
    Unused,
}

/// A container often comes without.
const CURE: &str = "install the system's certificates (the package is called `ca-certificates` almost everywhere), or name a file of them in SSL_CERT_FILE";

/// A client that cannot be built, with the cure where it is for want of certificates.
pub(super) fn failed(what: &str, reason: &str) -> Error {
    let message = if !reason.contains("No CA certificates") {
        format!("{what}: {reason}")
    } else if let Err(error) = can_open_files() {
        // Whoever loads the certificates keeps this to himself.
        format!("{what}: the system's certificates cannot be read: {error}")
    } else {
        format!("{what}: this system has no CA certificates; {CURE}")
    };
    Error::plain(ErrorKind::Config, message)
}

fn can_open_files() -> std::io::Result<()> {
    std::fs::File::open(std::env::current_exe()?).map(|_| ())
}

#[cfg(feature = "native-tls")]
#[expect(clippy::unnecessary_wraps, reason = "the other backends can fail")]
pub(super) fn set_up(
    builder: reqwest::ClientBuilder,
    _: Certificates,
) -> Result<reqwest::ClientBuilder> {
    Ok(builder.tls_backend_native())
}

#[cfg(all(feature = "rustls-aws-lc", not(feature = "native-tls")))]
#[expect(clippy::unnecessary_wraps, reason = "the other backends can fail")]
pub(super) fn set_up(
    builder: reqwest::ClientBuilder,
    certificates: Certificates,
) -> Result<reqwest::ClientBuilder> {
    let builder = builder.tls_backend_rustls();
    Ok(match certificates {
        Certificates::Required => builder,
        Certificates::IfThereAreAny | Certificates::Unused => builder.tls_certs_only([]),
    })
}

/// reqwest alone would want a crypto provider for the whole process, which is not a library's to install.
#[cfg(all(
    feature = "rustls-ring",
    not(any(feature = "rustls-aws-lc", feature = "native-tls"))
))]
pub(super) fn set_up(
    builder: reqwest::ClientBuilder,
    certificates: Certificates,
) -> Result<reqwest::ClientBuilder> {
    use std::sync::Arc;

    use rustls::crypto::{CryptoProvider, ring};
    use rustls::{ClientConfig, RootCertStore};
    use rustls_platform_verifier::Verifier;

    let provider = CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(ring::default_provider()));
    let failed = |error: rustls::Error| failed("TLS cannot be set up", &error.to_string());
    let verifier = match certificates {
        Certificates::Required => Some(Verifier::new(provider.clone()).map_err(failed)?),
        Certificates::IfThereAreAny => Verifier::new(provider.clone()).ok(),
        Certificates::Unused => None,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let config = match verifier {
        Some(verifier) => config
            .dangerous() // rustls's word for bringing a verifier; this one is the operating system's
            .with_custom_certificate_verifier(Arc::new(verifier)),
        None => config.with_root_certificates(RootCertStore::empty()),
    };
    Ok(builder.tls_backend_preconfigured(config.with_no_client_auth()))
}

/// Without TLS: enough for the emulator, and `https://` says what is missing.
#[cfg(not(any(
    feature = "rustls-ring",
    feature = "rustls-aws-lc",
    feature = "native-tls"
)))]
#[expect(clippy::unnecessary_wraps, reason = "the other backends can fail")]
pub(super) fn set_up(
    builder: reqwest::ClientBuilder,
    _: Certificates,
) -> Result<reqwest::ClientBuilder> {
    Ok(builder)
}
