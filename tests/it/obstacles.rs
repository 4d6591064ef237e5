//! What keeps a connection from being made for good: one attempt, and a word on what helps.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use apaas_flow::{Client, ClientBuilder, Error, ErrorKind, Operator, Outcome, RetryPolicy};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::flows::delete;

/// Of nobody that a machine trusts, for localhost and 127.0.0.1, until 2126.
const CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUEY8ZyHGIjic9iiGBlJrs+e9Xm3YwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjA1NDUyOVoYDzIxMjYxMTAy
MDU0NTI5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQeJ1kxilSUZcgIO28GDuClMRmFGGkBFPy3MyaBzjwV9EsXBAkCqPZ/
QlAMFbnGKW/vyl3WcGfbSPcCFQWgNktio28wbTAdBgNVHQ4EFgQUT8qlMNN9dCbf
dGX313V+CDPUdSkwHwYDVR0jBBgwFoAUT8qlMNN9dCbfdGX313V+CDPUdSkwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAKNOXGyue98ZI+OZDMbHusm0ixdxJypLHBYPJhMVmZLWAiEA
pSlcjtdqup9U0nrJP4GIrcqd8Su+BFSfSxMiLmvfYbY=
-----END CERTIFICATE-----";

const KEY: &[u8] = b"-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZ6rGnZBoasFOizY8
IcuxuBsKpz9N4IH9rV9kL6lnppChRANCAAQeJ1kxilSUZcgIO28GDuClMRmFGGkB
FPy3MyaBzjwV9EsXBAkCqPZ/QlAMFbnGKW/vyl3WcGfbSPcCFQWgNkti
-----END PRIVATE KEY-----";

/// A server that speaks TLS as it is told to, or answers everybody with the same bytes: its port, and how often it was
/// connected to.
pub fn server(speaks: Speaks) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::<AtomicUsize>::default();
    let count = connections.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            let mut stream = stream.unwrap();
            match &speaks {
                Speaks::Tls(config) => {
                    let mut tls = ServerConnection::new(config.clone()).unwrap();
                    let _ = Stream::new(&mut tls, &mut stream).read(&mut [0; 64]);
                }
                Speaks::Bytes(bytes) => {
                    let _ = stream.read(&mut [0; 4096]);
                    let _ = stream.write_all(bytes);
                }
            }
        }
    });
    (port, connections)
}

pub enum Speaks {
    Tls(Arc<ServerConfig>),
    Bytes(&'static [u8]),
}

pub fn tls() -> Speaks {
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()],
            PrivateKeyDer::from_pem_slice(KEY).unwrap(),
        )
        .unwrap();
    Speaks::Tls(config.into())
}

pub fn builder(base_url: &str) -> ClientBuilder {
    let ms = Duration::from_millis;
    Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .operator(Operator::id(1))
        .retry(RetryPolicy::default().backoff(ms(1), ms(5)))
        .base_url(base_url)
}

async fn error(builder: ClientBuilder) -> Error {
    let client = builder.build().unwrap();
    delete().execute(&client).await.unwrap_err()
}

fn assert_lasts(error: &Error, cure: &str) {
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(!error.may_have_run() && !error.is_retryable(), "{error}");
    assert!(error.to_string().contains(cure), "{error}");
}

#[tokio::test]
async fn an_untrusted_certificate_will_not_heal() {
    let (port, connections) = server(tls());
    let error = error(builder(&format!("https://localhost:{port}"))).await;
    assert_lasts(&error, "certificate is not trusted");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_does_not_speak_tls_will_not_heal() {
    let (port, connections) = server(Speaks::Bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    let error = error(builder(&format!("https://127.0.0.1:{port}"))).await;
    assert_lasts(&error, "does not speak TLS");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    // an alert: handshake_failure
    let (port, connections) = server(Speaks::Bytes(b"\x15\x03\x03\x00\x02\x02\x28"));
    let error = self::error(builder(&format!("https://127.0.0.1:{port}"))).await;
    assert_lasts(&error, "in common");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_proxy_of_an_unsupported_kind_will_not_heal() {
    for scheme in ["socks5", "socks4", "socks5h"] {
        let proxy = reqwest::Proxy::all(format!("{scheme}://127.0.0.1:9")).unwrap();
        let builder = builder("https://open.feishu.cn").http(|http| http.proxy(proxy));
        let error = error(builder).await;
        assert!(error.to_string().contains("not supported"), "{error}");
        assert_eq!(error.outcome(), Outcome::DidNotRun);
        // the system's TLS reaches for it as if it were a proxy of HTTP
        assert_eq!(error.is_retryable(), cfg!(feature = "native-tls"));
    }
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_will_not_heal() {
    const REPLY: &[u8] = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
    let (port, connections) = server(Speaks::Bytes(REPLY));
    let proxy = reqwest::Proxy::all(format!("http://127.0.0.1:{port}")).unwrap();
    let builder = builder("https://open.feishu.cn").http(|http| http.proxy(proxy));
    let error = error(builder).await;
    assert_lasts(&error, "user and a password");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_name_that_is_not_known_may_be_known_later() {
    let error = error(builder("https://no-such-host.invalid")).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_retryable(), "{error}");
    assert!(error.to_string().contains("check `base_url`"), "{error}");
}

#[tokio::test]
async fn where_nothing_listens_somebody_may_later() {
    // bound and let go of, so that nobody else has it
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = error(builder(&format!("http://127.0.0.1:{port}"))).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.outcome(), Outcome::DidNotRun);
    assert!(error.is_retryable(), "{error}");
    assert!(error.to_string().contains("check `base_url`"), "{error}");
}
