//! What several processes share, against a real `redis-server`, and metrics, as Prometheus gets them.

// how a test fails
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![allow(unreachable_pub)] // a test binary has no outside

// of the other tests, which use all of it
#[allow(dead_code)]
#[path = "../../../it/child.rs"]
mod child;
#[allow(dead_code)]
#[path = "../../../it/flows.rs"]
mod flows;
#[allow(dead_code)]
#[path = "../../../it/server.rs"]
mod server;

mod metrics;
mod odd_quota_stores;
mod redis_failures;
mod redis_server;
mod redis_store;
mod redis_tls;
mod several_processes;
