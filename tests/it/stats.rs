//! What a client says of itself.

use std::time::{Duration, Instant};

use apaas_flow::{Operator, Outcome, Quota};
use apaas_flow_emulator::{Emulator, Failure, Fault};
use tokio::time::sleep;

use crate::flows::{Bill, BillOutput, bill};

const MS: Duration = Duration::from_millis(1);

async fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "never");
        sleep(MS).await;
    }
}

async fn emulator(app: &str) -> Emulator {
    let emulator = Emulator::builder()
        .app_credentials(app, "s3cr3t")
        .start()
        .await
        .unwrap();
    emulator.on::<Bill>(|bill| match bill.order.as_str() {
        "4711" => Ok(BillOutput {
            total: "128.50".to_owned(),
            lines: vec![],
            paid: true,
        }),
        _ => Err(Failure::new("no_order", "there is no such order")),
    });
    emulator
}

fn other_order() -> Bill {
    Bill {
        order: "0".to_owned(),
        note: None,
    }
}

#[tokio::test]
async fn a_client_says_what_it_has_done() {
    let emulator = emulator("cli_a1b2").await;
    let client = emulator
        .client_builder()
        .quota(Quota::new(50, Duration::from_secs(3600)))
        .build()
        .unwrap();
    assert_eq!(client.stats().token_expires_in, None);
    bill().execute(&client).await.unwrap();
    other_order().execute(&client).await.unwrap_err();
    bill()
        .execute(&client)
        .operator(Operator::email(""))
        .await
        .unwrap_err();
    emulator.inject(Fault::RateLimited { reset: 0.01 });
    bill()
        .execute(&client.with_share_of_quota(1.0))
        .await
        .unwrap();
    emulator.on_raw("package_shop__c", "odd", |_| {
        Ok(serde_json::json!({ "total": 1 }))
    });

    let stats = client.clone().stats();
    assert_eq!(stats.calls.ran, 2);
    assert_eq!(stats.calls.of(Outcome::Failed), 1);
    assert_eq!(stats.calls.did_not_run, 1);
    assert_eq!((stats.calls.total(), stats.calls.may_have_run), (4, 0));
    assert_eq!((stats.attempts, stats.rate_limited), (4, 1));
    assert_eq!((stats.token_fetches, stats.token_fetches_failed), (1, 0));
    assert_eq!((stats.window.used, stats.window.limit), (4, 50));
    assert_eq!(stats.window.period, Duration::from_secs(3600));
    let lives = stats.token_expires_in.unwrap();
    assert!(lives > Duration::from_secs(7000) && lives <= Duration::from_secs(7200));
    assert_eq!((stats.queued, stats.in_flight), (0, 0));
}

#[tokio::test]
async fn a_client_says_what_it_is_doing() {
    let emulator = emulator("cli_a1b2").await;
    let client = emulator
        .client_builder()
        .quota(Quota::new(2, Duration::from_secs(3600)))
        .queue_limit(Duration::from_secs(7200))
        .build()
        .unwrap();
    emulator.inject(Fault::Silent { after: true }).times(2);
    let calls: Vec<_> = (0..3)
        .map(|_| tokio::spawn(bill().execute(&client)))
        .collect();
    until(|| client.stats().in_flight == 2 && client.stats().queued == 1).await;
    until(|| emulator.runs() == 2).await;
    for call in calls {
        call.abort();
    }
    until(|| client.stats().in_flight == 0 && client.stats().queued == 0).await;
    until(|| client.stats().calls.dropped == 3).await;
    let stats = client.stats();
    assert_eq!((stats.calls.may_have_run, stats.calls.did_not_run), (2, 1));
    assert_eq!((stats.window.used, stats.paused_for), (2, None));

    let client = emulator.client();
    emulator.inject(Fault::RateLimited { reset: 60.0 });
    let call = tokio::spawn(bill().execute(&client));
    until(|| client.stats().paused_for.is_some()).await;
    let paused_for = client.stats().paused_for.unwrap();
    assert!(paused_for > Duration::from_secs(55) && paused_for <= Duration::from_secs(60));
    call.abort();
}

#[tokio::test]
async fn outputs_that_do_not_fit_are_counted() {
    let server = crate::server::Server::platform(|_| {
        crate::server::json(crate::flows::success(
            &serde_json::json!({ "variable_total": 7 }),
        ))
    });
    let client = server.builder().build().unwrap();
    bill().execute(&client).await.unwrap_err();
    let calls = client.stats().calls;
    assert_eq!((calls.ran, calls.undecodable), (1, 1));
}

#[tokio::test]
async fn a_start_is_counted_as_what_it_says_of_itself() {
    let replies = [
        r#"{"code":0,"data":{"execution_id":"7"}}"#,
        r#"{"code":0,"data":{"execution_id":"7","status":"in_process"}}"#,
        r#"{"code":0,"data":{"execution_id":"7","status":"end"}}"#,
    ];
    for (reply, outcome) in
        replies
            .into_iter()
            .zip([Outcome::UnderWay, Outcome::UnderWay, Outcome::Ran])
    {
        let server = crate::server::Server::platform(move |_| crate::server::json(reply));
        let client = server.client();
        let mut call = bill().start(&client);
        let started = (&mut call).await.unwrap();
        assert_eq!(started.outcome(), outcome, "{reply}");
        assert_eq!(client.stats().calls.of(outcome), 1, "{reply}");
        assert_eq!(call.await.unwrap_err().outcome(), outcome, "{reply}");
    }
}
