//! Calls without async, and inside it.

use apaas_flow::{BoxError, BoxFuture, Client, ErrorKind, Operator, Token, TokenSource};

use crate::flows::{SUCCESS, delete};
use crate::server::{Server, json};

#[test]
fn a_call_without_a_runtime() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    let run = delete().execute(&client).blocking().unwrap();
    assert_eq!(run.output.flow_execution_id, 1_816_970_091_484_211);
    assert_eq!(
        delete().start(&client).blocking().unwrap().execution_id,
        "1816970091484211"
    );
}

#[tokio::test]
async fn inside_a_runtime_it_neither_panics_nor_hangs() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    delete().execute(&client).blocking().unwrap();
    delete().execute(&client).await.unwrap();
    tokio::task::spawn_blocking(move || delete().execute(&client).blocking())
        .await
        .unwrap()
        .unwrap();
}

/// More than one task's budget of tokio's, 128, which nobody gives back to a thread that waits.
#[tokio::test]
async fn inside_a_runtime_it_works_any_number_of_times() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    for _ in 0..300 {
        delete().execute(&client).blocking().unwrap();
    }
}

#[test]
fn in_a_token_source_it_says_why_it_cannot_work() {
    struct Nested(Client);

    impl TokenSource for Nested {
        fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
            Box::pin(async {
                delete().execute(&self.0).blocking()?;
                Ok(Token::new("t-1"))
            })
        }
    }

    let server = Server::platform(|_| json(SUCCESS));
    let client = Client::builder()
        .token_source(Nested(server.client()))
        .operator(Operator::id(1))
        .base_url(server.url())
        .build()
        .unwrap();
    let error = delete().execute(&client).blocking().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Token);
    assert!(
        error.to_string().contains("would wait for itself"),
        "{error}"
    );
}
