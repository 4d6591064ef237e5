//! Calls per second at a given number in flight; the emulator is a separate process, found through the environment.

use std::time::{Duration, Instant};

use apaas_flow::{ClientBuilder, Quota, value::RecordRef};
use call::DeleteObject;

const TIME: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> apaas_flow::Result<()> {
    let in_flight = std::env::args()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(1);
    let client = ClientBuilder::from_env()?.quota(Quota::UNLIMITED).build()?;
    let flow = DeleteObject {
        record: RecordRef::new(5_454_545),
    };
    flow.execute(&client).await?; // a token and a connection
    let begun = Instant::now();
    let callers: Vec<_> = (0..in_flight)
        .map(|_| {
            let (client, flow) = (client.clone(), flow.clone());
            tokio::spawn(async move {
                let mut calls = 0_u32;
                while begun.elapsed() < TIME {
                    flow.execute(&client).await?;
                    calls += 1;
                }
                apaas_flow::Result::Ok(calls)
            })
        })
        .collect();
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.expect("no panic")?;
    }
    println!("{:.0}", f64::from(calls) / begun.elapsed().as_secs_f64());
    Ok(())
}
