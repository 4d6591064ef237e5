//! Each kind of failure, and what to do about it: `cargo run --example errors`

use std::thread::sleep;
use std::time::Duration;

use apaas_flow::value::Decimal;
use apaas_flow::{Client, Error, ErrorKind, Operator, StaticToken, apaas_flow};
use apaas_flow_emulator::{Emulator, Failure};
use serde_json::json;

/// Bills an order.
#[apaas_flow(namespace = "package_shop__c", flow_id = "bill_0a1b2c3d4e", emulate)]
#[derive(Debug, Default)]
pub struct Bill {
    /// The order's weight in kilograms.
    #[input("variable_weight")]
    pub weight: f64,
    /// The sum.
    #[output("variable_total")]
    pub total: Decimal,
}

/// The decision every program must make: did it run, and may I retry?
fn what_to_do(error: &Error) -> &'static str {
    match error.kind() {
        // Nothing was sent, or nothing will be accepted until someone changes something.
        ErrorKind::Config | ErrorKind::Encode => "fix the program",
        ErrorKind::Permission | ErrorKind::MonthlyQuota => "call the app's administrator",
        // It ran. The outputs are in `error.out_params()`, so nothing is lost.
        ErrorKind::Decode => "fix the struct; it ran, so do not retry",
        ErrorKind::Flow => "the flow itself refused: show its reason",
        ErrorKind::KeyUsed => "this order was already billed, or is being billed: look it up",
        _ if error.is_retryable() => "it did not run; retry later",
        _ if error.may_have_run() => "look it up by its key and log id before retrying",
        _ => "it did not run, and a retry will not help: read the message",
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> apaas_flow::Result<()> {
    let emulator = Emulator::start().await?;
    let client = emulator.client();
    let bill = Bill { weight: 1.5 };
    let mut errors = Vec::new();

    // the flow itself fails
    emulator.on::<Bill>(|_| Err(Failure::new("no_stock", "the article is sold out")));
    errors.extend(bill.execute(&client).idempotency_key("bill-1").await.err());

    // a used key
    errors.extend(bill.execute(&client).idempotency_key("bill-1").await.err());

    // the flow ran, but its outputs do not fit the struct
    emulator.on_raw("package_shop__c", "bill_0a1b2c3d4e", |_| {
        Ok(json!({ "variable_total": "much" }))
    });
    errors.extend(bill.execute(&client).await.err());

    // no reply in time: it may have run
    emulator.on::<Bill>(|_| {
        sleep(Duration::from_millis(300));
        Ok(BillOutput {
            total: Decimal::from(128),
        })
    });
    errors.extend(
        bill.execute(&client)
            .timeout(Duration::from_millis(100))
            .await
            .err(),
    );

    // a number that JSON cannot represent: nothing is sent
    errors.extend(Bill { weight: f64::NAN }.execute(&client).await.err());

    // no operator
    let anonymous = Client::builder()
        .app_credentials("cli_a1b2", "secret")
        .base_url(emulator.url())
        .build()?;
    errors.extend(bill.execute(&anonymous).await.err());

    // a token that the platform refuses
    let stranger = Client::builder()
        .token_source(StaticToken::new("t-forged"))
        .operator(Operator::id(1111))
        .base_url(emulator.url())
        .build()?;
    errors.extend(bill.execute(&stranger).await.err());

    // no server
    drop(emulator);
    errors.extend(bill.execute(&client).await.err());

    for error in &errors {
        println!("{error}");
        println!(
            "  kind {:?}, may have run: {}, retryable: {}",
            error.kind(),
            error.may_have_run(),
            error.is_retryable()
        );
        println!("  -> {}\n", what_to_do(error));
    }
    Ok(())
}
