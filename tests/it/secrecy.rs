//! Secrets and values are in no message and no `Debug`.

use std::fmt::Write;

use apaas_flow::{Client, DynamicFlow, Operator, StaticToken, Token, wire};
use serde_json::json;

use crate::flows::{Bill, bill, success};
use crate::server::{Answer, Server, json, status};

const SECRETS: [&str; 5] = ["s3cr3t", "t-v3ry", "v4lue", "0utput", "hidden@example.com"];

fn assert_clean(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

fn order() -> Bill {
    Bill {
        order: "v4lue".to_owned(),
        note: Some("v4lue".to_owned()),
    }
}

#[test]
fn no_debug_shows_a_secret_or_a_value() {
    let builder = Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .operator(Operator::email("hidden@example.com"));
    assert_clean(&format!("{builder:?}"));
    let client = builder.build().unwrap();
    assert_clean(&format!("{client:?}"));
    assert_clean(&format!(
        "{:?} {:?}",
        Token::new("t-v3ry"),
        StaticToken::new("t-v3ry")
    ));
    assert_clean(&format!(
        "{:?} {:?}",
        order().execute(&client),
        order().start(&client)
    ));
    assert_clean(&format!(
        "{:?}",
        wire::Request::new(&order(), &Operator::email("hidden@example.com")).unwrap()
    ));
    assert_clean(&format!(
        "{:?}",
        DynamicFlow::new("n", "f")
            .unwrap()
            .param("a", "v4lue")
            .unwrap()
    ));
}

#[tokio::test]
async fn no_error_shows_a_secret_or_a_value() {
    let answers: [fn() -> Answer; 10] = [
        || json(r#"{"code":0,"data":{"status":"end","out_params":"0utput"#),
        || json("\u{feff}{\"code\":0,\"data\":{\"out_params\":\"0utput"),
        || status(502, r#" [{"value":"0utput"}] trailing"#),
        || {
            json(success(
                &json!({ "variable_total": ["0utput"], "variable_lines": "0utput" }),
            ))
        },
        || json(r#"{"code":0,"data":{"status":"failed","out_params":"0utput"}}"#),
        || json(r#"{"code":0,"data":{"status":"end","out_params":"0utput"}}"#),
        || json(r#"{"0utput":1}"#),
        || status(500, r#"{"0utput":1}"#),
        || Answer::Close,
        || {
            status(
                400,
                r#"{"code":99992402,"msg":"x","error":{"field_violations":[{"field":"f","value":"v4lue","description":"d"}]}}"#,
            )
        },
    ];
    for answer in answers {
        let server = Server::platform(move |_| answer());
        let client = server
            .builder()
            .operator(Operator::email("hidden@example.com"))
            .build()
            .unwrap();
        let error = order().execute(&client).await.unwrap_err();
        let mut text = format!("{error} {error:?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            write!(text, " {error} {error:?}").unwrap();
            cause = error.source();
        }
        assert_clean(&text);
    }
}

#[tokio::test]
async fn a_token_reply_that_cannot_be_read_is_not_quoted() {
    for reply in [
        r#"{"code":0,"msg":"ok","tenant_access_token":"t-v3ry","expire":7200}<!-- -->"#,
        r#"{"code":0,"msg":"ok","tenant_access_token":"t-v3ry"#,
        "t-v3ry",
    ] {
        let server = Server::start(move |_| json(reply));
        let error = order().execute(&server.client()).await.unwrap_err();
        assert_clean(&format!("{error} {error:?}"));
    }
}

#[tokio::test]
async fn a_dynamic_output_shows_names_only() {
    let server = Server::platform(|_| json(success(&json!({ "variable_total": "0utput" }))));
    let run = DynamicFlow::new("n", "f")
        .unwrap()
        .execute(&server.client())
        .await
        .unwrap();
    let text = format!("{run:?}");
    assert_clean(&text);
    assert!(text.contains("variable_total"));
    assert_eq!(bill().order, "4711");
}

#[tokio::test]
async fn a_page_that_repeats_the_request_in_another_encoding_shows_nothing_of_it() {
    // the token, and an input
    const TOKEN: &str = "t-v3ry-s3cr3t-token";
    const INPUT: &str = "张三丰";
    let each = |text: &str, shown: fn(char) -> String| text.chars().map(shown).collect::<String>();
    let bytes = |text: &str, shown: fn(u8) -> String| text.bytes().map(shown).collect::<String>();
    let percent = |text: &str| bytes(text, |byte| format!("%{byte:02X}"));
    let mut pages = vec![
        TOKEN.to_uppercase(),
        "QmVhcmVyIHQtdjNyeS1zM2NyM3QtdG9rZW4=".to_owned(), // Base64 of `Bearer` and the token
        "5byg5LiJ5Liw".to_owned(),                         // of the input
    ];
    for text in [TOKEN, INPUT] {
        pages.extend([
            percent(text),
            percent(text).replace('%', "%25"),
            each(text, |c| format!("&#{};", c as u32)),
            each(text, |c| format!("&#x{:x};", c as u32)),
            each(text, |c| format!("\\u{:04x}", c as u32)),
            bytes(text, |byte| format!("{byte:02x}")),
        ]);
    }
    for page in pages {
        let body = format!("blocked {page}");
        let server = Server::start(move |request| {
            if request.is_token() {
                crate::server::token(TOKEN, 7200)
            } else {
                status(403, body.clone())
            }
        });
        let order = Bill {
            order: INPUT.to_owned(),
            note: None,
        };
        let error = order.execute(&server.client()).await.unwrap_err();
        let text = error.to_string();
        let (_, begins) = text.split_once("it begins: \"").unwrap();
        let (shown, _) = begins.split_once('"').unwrap();
        let shown = shown.trim_end_matches('='); // of Base64
        assert_eq!(shown, "blocked …", "{page}");
    }
}
