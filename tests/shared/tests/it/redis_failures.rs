//! A Redis that is demoted, and what other versions of it say.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use apaas_flow::QuotaStore;
use apaas_flow::shared::RedisStore;
use tokio::time::sleep;

use crate::redis_server::RedisServer;
use crate::redis_store::{KEY, SECOND, claim, reserve};

/// An address that leads to the server at this port, as a name or a service of Kubernetes does; what is connected stays
/// so when it changes.
fn address_of(server: Arc<AtomicU16>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let server = TcpStream::connect(("127.0.0.1", server.load(Ordering::SeqCst))).unwrap();
            let there = (client.try_clone().unwrap(), server.try_clone().unwrap());
            for (mut from, mut to) in [there, (server, client)] {
                thread::spawn(move || std::io::copy(&mut from, &mut to));
            }
        }
    });
    port
}

#[tokio::test]
async fn after_a_failover_behind_its_address_the_primary_is_found() {
    let (Some(one), Some(other)) = (RedisServer::start(&[]), RedisServer::start(&[])) else {
        return;
    };
    let server = Arc::new(AtomicU16::new(one.port()));
    let address = address_of(server.clone());
    let store = RedisStore::connect(format!("redis://127.0.0.1:{address}"));
    let store = store.await.unwrap();
    reserve(&store, &claim(1, 5, SECOND)).await;
    one.cli(&["REPLICAOF", "127.0.0.1", &other.port().to_string()]);
    server.store(other.port(), Ordering::SeqCst);
    let begun = Instant::now();
    while let Err(error) = store.reserve(KEY, &claim(2, 5, SECOND)).await {
        assert!(begun.elapsed() < 20 * SECOND, "not found: {error}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Says this to every script.
fn redis_that_says(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut buffer = vec![0; 65536];
                while let Ok(length @ 1..) = stream.read(&mut buffer) {
                    let said = String::from_utf8_lossy(&buffer[..length]).into_owned();
                    let commands = said.split("\r\n").filter(|line| line.starts_with('*'));
                    for _ in commands {
                        let answer = if said.contains("EVAL") { answer } else { "+OK" };
                        if write!(stream, "{answer}\r\n").is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    format!("redis://127.0.0.1:{port}")
}

#[tokio::test]
async fn what_a_script_meets_has_its_own_cure_in_every_version() {
    for (answer, cure) in [
        (
            "-ERR Error running script (call to f_3aac): @user_script:1: -READONLY You can't write against a read only slave.",
            "this Redis is a replica; the primary is needed (READONLY)",
        ),
        (
            "-ERR Error running script (call to f_3aac): @user_script:1: -OOM command not allowed when used memory > 'maxmemory'.",
            "Redis has no memory left (OOM)",
        ),
        (
            "-NOREPLICAS Not enough good replicas to write.",
            "Redis refuses writes: too few of its replicas are connected (NOREPLICAS)",
        ),
        (
            "-ERR max number of clients reached",
            "Redis is at its limit of connections (`maxclients`) (MAXCLIENTS)",
        ),
        (
            "-ERR unknown command 'EVALSHA'",
            "Redis refuses a command of ours; Redis 5 or newer with scripts is needed (ERR)",
        ),
    ] {
        let store = RedisStore::connect(redis_that_says(answer)).await.unwrap();
        let error = store.reserve(KEY, &claim(1, 5, SECOND)).await.unwrap_err();
        assert_eq!(error.to_string(), cure);
    }
}

#[tokio::test]
async fn a_time_out_beyond_all_measure_is_none() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = RedisStore::connect(server.url()).await.unwrap();
    reserve(&store.with_timeout(Duration::MAX), &claim(1, 5, SECOND)).await;
}
