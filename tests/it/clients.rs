//! Setting up a client: mistakes are reported before any call.

use apaas_flow::{Client, ErrorKind, FEISHU, LARK, StaticToken};

fn refused(url: &str) -> String {
    let error = Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .base_url(url)
        .build()
        .expect_err(url);
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(!error.may_have_run());
    error.to_string()
}

fn accepted(url: &str) -> Client {
    Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .base_url(url)
        .build()
        .unwrap()
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for url in [
        "http://127.0.0.1:7800",
        "http://127.8.8.8",
        "http://localhost:7800/",
        "http://[::1]:7800",
    ] {
        accepted(url);
    }
    for url in [
        "http://example.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ] {
        assert!(refused(url).contains("allow_plain_http"), "{url}");
    }
    Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .base_url("http://gateway.internal")
        .allow_plain_http(true)
        .build()
        .unwrap();
}

#[test]
fn an_unusable_url_is_refused_with_a_reason() {
    for (url, says) in [
        ("", "expected something like https://open.feishu.cn"),
        (
            "open.feishu.cn",
            "expected something like https://open.feishu.cn",
        ),
        ("ftp://open.feishu.cn", "neither https:// nor http://"),
        (
            "https://user:hunter2@open.feishu.cn",
            "a user name or password",
        ),
        (
            "https://open.feishu.cn/open-apis/",
            "ends with `/open-apis`",
        ),
        ("https://open.feishu.cn/?a=1", "`?` or a `#`"),
    ] {
        let message = refused(url);
        assert!(message.contains(says), "{url}: {message}");
        assert!(!message.contains("hunter2"));
    }
    for url in [FEISHU, LARK, "https://gateway.example.com/feishu/"] {
        accepted(url);
    }
}

#[test]
fn credentials_are_required() {
    for (client, says) in [
        (Client::builder().build(), "no credentials"),
        (Client::new("", "s3cr3t"), "empty"),
        (Client::new("cli_a1b2", " "), "empty"),
    ] {
        let error = client.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(says), "{error}");
    }
    Client::new("cli_a1b2", "s3cr3t").unwrap();
    Client::builder()
        .token_source(StaticToken::new("t-1"))
        .build()
        .unwrap();
}

#[test]
fn a_bad_alias_and_a_zero_timeout_are_refused() {
    let builder = || Client::builder().app_credentials("cli_a1b2", "s3cr3t");
    assert!(builder().namespace_alias("a", "..").build().is_err());
    assert!(
        builder()
            .timeout(std::time::Duration::ZERO)
            .build()
            .is_err()
    );
}

#[test]
fn the_underlying_http_client_can_be_customized() {
    let client = Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .http(|builder| builder.user_agent("mine").referer(true))
        .build();
    client.unwrap();
}
