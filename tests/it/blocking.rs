//! Calls without async, and inside it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use apaas_flow::{BoxError, BoxFuture, Client, Operator, Stage, Token, TokenSource};

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

/// A token source may block, so it may call a flow that knows the token.
struct Nested(OnceLock<Client>);

impl TokenSource for Nested {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        Box::pin(async {
            delete().execute(self.0.get().unwrap()).blocking()?;
            Ok(Token::new("t-nested"))
        })
    }
}

fn nested(server: &Server) -> (Client, Arc<Nested>) {
    let source = Arc::new(Nested(OnceLock::new()));
    let client = Client::builder()
        .token_source(source.clone())
        .operator(Operator::id(1))
        .base_url(server.url())
        .timeout(Duration::from_secs(1))
        .build()
        .unwrap();
    (client, source)
}

#[test]
fn in_a_token_source_it_works_with_another_client() {
    let server = Server::platform(|_| json(SUCCESS));
    let (client, source) = nested(&server);
    source.0.set(server.client()).unwrap();
    delete().execute(&client).blocking().unwrap();
    let bearer = |n: usize| {
        server.executions()[n]
            .header("authorization")
            .map(str::to_owned)
    };
    assert_eq!(bearer(0).unwrap(), "Bearer t-1");
    assert_eq!(bearer(1).unwrap(), "Bearer t-nested");
}

#[test]
fn in_a_token_source_with_the_same_client_it_waits_for_itself_no_longer_than_the_timeout() {
    let server = Server::platform(|_| json(SUCCESS));
    let (client, source) = nested(&server);
    source.0.set(client.clone()).unwrap();
    let error = delete().execute(&client).blocking().unwrap_err();
    assert_eq!(error.stage(), Some(Stage::Token));
    assert!(error.to_string().contains("the token source"), "{error}");
    assert!(server.requests().is_empty() && !error.may_have_run());
}
