//! A system without CA certificates, as a slim container is, and one that cannot read them.

use apaas_flow::{Client, ErrorKind};
use apaas_flow_emulator::Emulator;

use crate::child;
use crate::flows::{DeleteObject, DeleteObjectOutput, delete};
use crate::obstacles;

#[test]
fn without_certificates_only_https_is_refused_and_says_what_to_do() {
    child::run("certificates::no_certificates", |command| {
        command.env("SSL_CERT_FILE", "/nowhere/certificates.pem");
        command.env("SSL_CERT_DIR", "/nowhere");
    });
}

#[tokio::test]
#[ignore = "run by the test above, in a process without certificates"]
async fn no_certificates() {
    if !child::is_one() {
        return;
    }
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<DeleteObject>(|input| {
        Ok(DeleteObjectOutput {
            flow_execution_id: input.record.id(),
        })
    });
    let run = delete().execute(&emulator.client()).await.unwrap();
    assert_eq!(run.output.flow_execution_id, 5_454_545);

    let beyond = Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .base_url("http://emulator:7800")
        .allow_plain_http(true);
    beyond.build().unwrap();

    // rustls looks for them when a client is built, the system's TLS for each connection
    let error = if cfg!(feature = "native-tls") {
        let (port, _) = obstacles::server(obstacles::tls());
        let client = obstacles::builder(&format!("https://localhost:{port}")).build();
        let error = delete().execute(&client.unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(!error.is_retryable(), "{error}");
        error
    } else {
        let error = Client::new("cli_a1b2", "s3cr3t").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let text = error.to_string();
        assert!(text.contains("no CA certificates"), "{text}");
        error
    };
    for said in ["ca-certificates", "SSL_CERT_FILE"] {
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn certificates_that_cannot_be_read_are_not_taken_for_missing_ones() {
    child::run("certificates::no_file_can_be_opened", |command| {
        let program = command.get_program().to_owned();
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let mut limited = std::process::Command::new("sh");
        limited.args(["-c", "ulimit -n 64; exec \"$0\" \"$@\""]);
        limited.arg(program).args(arguments).envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        *command = limited;
    });
}

#[cfg(unix)]
#[test]
#[ignore = "run by the test above, in a process with few files"]
fn no_file_can_be_opened() {
    if !child::is_one() {
        return;
    }
    let mut all = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        all.push(file);
    }
    let built = obstacles::builder("https://localhost").build();
    assert_eq!(built.is_ok(), cfg!(feature = "native-tls"));
    let called = built.and_then(|client| delete().execute(&client).blocking());
    drop(all);
    let error = called.unwrap_err();
    assert!(
        error
            .to_string()
            .to_lowercase()
            .contains("too many open files"),
        "{error}"
    );
}
