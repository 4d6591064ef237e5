//! Redis over TLS, whose certificate an authority of one's own has issued.
//!
//! The certificates in `tls` are of an authority whose key nobody has any more, for localhost, until 2126.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use apaas_flow::ErrorKind;
use apaas_flow::shared::{Claim, QuotaStore, RedisStore, Reservation};

use crate::child;
use crate::redis_server::RedisServer;

/// Where a child finds the server.
const PORT: &str = "APAAS_FLOW_TEST_REDIS_TLS_PORT";

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls");
    folder.join(name)
}

/// A server that speaks TLS on the second port.
fn server() -> Option<(RedisServer, String)> {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port()
        .to_string();
    let [certificate, key] =
        ["server.pem", "server.key"].map(|name| file(name).to_str().unwrap().to_owned());
    let arguments = [
        "--tls-port",
        &port,
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-auth-clients",
        "no",
    ];
    RedisServer::start(&arguments).map(|server| (server, port))
}

async fn connect() -> apaas_flow::Result<RedisStore> {
    let port = std::env::var(PORT).unwrap();
    RedisStore::connect(format!("rediss://localhost:{port}")).await
}

#[test]
fn an_authority_of_ones_own_is_trusted_by_its_file() {
    let Some((_server, port)) = server() else {
        return;
    };
    child::run("redis_tls::trusted", |command| {
        command.env(PORT, &port);
        command.env("SSL_CERT_FILE", file("ca.pem"));
    });
    child::run("redis_tls::untrusted", |command| {
        command.env(PORT, &port);
        command.env("SSL_CERT_FILE", file("server.pem"));
    });
}

#[tokio::test]
#[ignore = "run by the test above, in a process that trusts the authority"]
async fn trusted() {
    if !child::is_one() {
        return;
    }
    let store = connect().await.unwrap();
    let claim = Claim::new(1, 1, Duration::from_secs(60));
    let reserved = store.reserve("https://open.feishu.cn#cli_a1b2#flows/execute", &claim);
    assert_eq!(reserved.await.unwrap(), Reservation::Granted);
}

#[tokio::test]
#[ignore = "run by the test above, in a process that does not trust the authority"]
async fn untrusted() {
    if !child::is_one() {
        return;
    }
    let error = connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    for said in ["certificate", "SSL_CERT_FILE"] {
        assert!(error.to_string().contains(said), "{error}");
    }
}
