//! Calls per second, ours and by hand, alternating in one run: `URL ROUNDS`. Prints lines of `size in-flight side calls
//! ratio cpu ratio`: calls per second and microseconds of CPU per call, each with our figure over that side's. Figures
//! and ratios are medians over the rounds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use apaas_flow::{Operator, Quota};
use cpu_time::ProcessTime;
use reply::{Large, Sample, Small};
use scale::by_hand::Error;
use scale::{Fetch, by_hand};

const IN_FLIGHT: [usize; 3] = [1, 16, 256];
/// How long one side runs before the other takes over.
const SLICE: Duration = Duration::from_millis(200);

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Error> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [url, rounds] = &arguments[..] else {
        return Err("the server's URL and how many rounds".into());
    };
    let rounds = rounds.parse()?;
    let ours = apaas_flow::Client::builder()
        .app_credentials("cli_bench", "secret")
        .operator(Operator::id(1111).with_email("apaas@bytedance.com"))
        .base_url(url)
        .quota(Quota::UNLIMITED)
        .build()?;
    let by_hand = Arc::new(by_hand::Client::new(url)?);
    for in_flight in IN_FLIGHT {
        compare::<Small>(&ours, &by_hand, in_flight, rounds).await?;
        compare::<Large>(&ours, &by_hand, in_flight, rounds).await?;
    }
    Ok(())
}

/// What one side achieved in its slice.
#[derive(Clone, Copy)]
struct Speed {
    /// Per second.
    calls: f64,
    /// Per call.
    cpu_micros: f64,
}

async fn compare<F: Sample<Output: Send> + 'static>(
    ours: &apaas_flow::Client,
    by_hand: &Arc<by_hand::Client>,
    in_flight: usize,
    rounds: usize,
) -> Result<(), Error> {
    let (client, other, url) = (ours.clone(), by_hand.clone(), by_hand.url::<F>()?);
    let ours = move |order| {
        let call = client.execute(&Fetch::<F>::new(order));
        async move { call.await.map_err(Error::from) }
    };
    let by_hand = move |order| {
        let (client, url) = (other.clone(), url.clone());
        async move { client.execute::<F>(url, order).await }
    };
    // warm-up: opens the connections
    speed(in_flight, ours.clone()).await?;
    speed(in_flight, by_hand.clone()).await?;
    let mut rows = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let ours = speed(in_flight, ours.clone()).await?;
        rows.push([ours, speed(in_flight, by_hand.clone()).await?]);
    }
    for (at, side) in ["ours", "by hand"].iter().enumerate() {
        let of = |figure: &dyn Fn(&[Speed; 2]) -> f64| median(rows.iter().map(figure));
        println!(
            "{}\t{in_flight}\t{side}\t{:.0}\t{:.4}\t{:.2}\t{:.4}",
            F::NAME,
            of(&|row| row[at].calls),
            of(&|row| row[0].calls / row[at].calls),
            of(&|row| row[at].cpu_micros),
            of(&|row| row[0].cpu_micros / row[at].cpu_micros),
        );
    }
    Ok(())
}

async fn speed<C, R, T>(in_flight: usize, call: C) -> Result<Speed, Error>
where
    C: Fn(i64) -> R + Clone + Send + 'static,
    R: Future<Output = Result<T, Error>> + Send,
{
    let (begun, cpu) = (Instant::now(), ProcessTime::now());
    let callers: Vec<_> = (0..in_flight)
        .map(|_| {
            let call = call.clone();
            tokio::spawn(async move {
                let mut calls = 0;
                while begun.elapsed() < SLICE {
                    call(1_767_211_281_913_907).await?;
                    calls += 1;
                }
                Ok::<u32, Error>(calls)
            })
        })
        .collect();
    let mut calls = 0;
    for caller in callers {
        calls += caller.await??;
    }
    let calls = f64::from(calls);
    Ok(Speed {
        calls: calls / begun.elapsed().as_secs_f64(),
        cpu_micros: cpu.elapsed().as_secs_f64() * 1e6 / calls,
    })
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
