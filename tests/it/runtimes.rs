//! One client on several runtimes, some of them idle.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::flows::{SUCCESS, delete};
use crate::server::{Answer, Server, json, token};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_connection_opened_on_an_idle_runtime_blocks_no_other() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    let sleeping = runtime();
    sleeping.block_on(delete().execute(&client)).unwrap();

    // Alive but no longer polled: a connection driven by it would stall in the pool.
    runtime().block_on(delete().execute(&client)).unwrap();
    delete().execute(&client).blocking().unwrap();
    drop(sleeping);
    runtime().block_on(delete().execute(&client)).unwrap();
}

#[test]
fn a_token_fetch_started_on_an_idle_runtime_blocks_no_other() {
    let server = Server::start(|request| {
        if request.is_token() {
            thread::sleep(Duration::from_millis(100));
            token("t-1", 7200)
        } else {
            json(SUCCESS)
        }
    });
    let client = server.client();
    let sleeping = runtime();
    // Started, then abandoned in the middle of the fetch.
    let [begun] = sleeping.block_on(async {
        let mut call = delete().execute(&client);
        let result = tokio::time::timeout(Duration::from_millis(20), &mut call).await;
        assert!(result.is_err(), "too fast: {result:?}");
        [call] // in an array, since a call is itself a future
    });
    runtime().block_on(delete().execute(&client)).unwrap();
    assert_eq!(server.token_requests().len(), 1);
    runtime().block_on(begun).unwrap();
}

#[test]
fn one_client_works_on_many_runtimes() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || {
                for _ in 0..5 {
                    runtime().block_on(delete().execute(&client)).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(server.executions().len(), 40);
}

#[test]
fn executors_other_than_tokio_work() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    let (done, result) = mpsc::channel();
    thread::spawn(move || {
        let call = Box::pin(async move { delete().execute(&client).await });
        done.send(poll_to_end(call)).unwrap();
    });
    result
        .recv_timeout(Duration::from_secs(10))
        .unwrap()
        .unwrap();
}

/// The smallest possible executor.
fn poll_to_end<F: Future + Unpin>(mut future: F) -> F::Output {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};
    loop {
        if let Poll::Ready(output) =
            Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()))
        {
            return output;
        }
        thread::yield_now();
    }
}

#[tokio::test]
async fn dropping_a_call_closes_its_connection() {
    let (gone, went) = mpsc::channel();
    let server = Server::platform(move |_| {
        gone.send(()).unwrap();
        Answer::Silence
    });
    let client = server.client();
    let call = tokio::spawn(delete().execute(&client).timeout(Duration::from_secs(600)));
    tokio::task::spawn_blocking(move || went.recv_timeout(Duration::from_secs(10)).unwrap())
        .await
        .unwrap();
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    // `Silence` ends when the client closes the connection.
    for _ in 0..500 {
        if server.closed() > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the connection was left open");
}
