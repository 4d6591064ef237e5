//! A service of yours, tested against the emulator: `cargo run --example testing`, and its tests with `cargo test --example testing`
//!
//! The service knows nothing of the emulator: it takes a `Client`. In a project of your own, `apaas-flow-emulator` is a
//! dev-dependency, and `emulate` stands on the struct. The example `mocking` does without a server.

use apaas_flow::{Client, ErrorKind, Outcome, apaas_flow};

/// Takes an order in.
#[apaas_flow(namespace = "package_shop__c", flow_id = "order_0a1b2c3d4e", emulate)]
pub struct TakeOrder {
    /// What is ordered.
    #[input("variable_articles")]
    pub articles: Vec<String>,
    /// The order's number.
    #[output("variable_number")]
    pub number: String,
}

/// The service: takes orders in, and knows what to do when the platform does not.
pub struct Shop {
    client: Client,
}

/// What a customer is told.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The order is in, under this number.
    Taken(String),
    /// The order is not in: the customer may try again.
    TryAgain,
    /// The order may be in: look it up by this key.
    WeCallYou(String),
    /// The flow said no, with this reason.
    Refused(String),
}

impl Shop {
    /// Takes an order in.
    pub async fn order(&self, cart: &str, articles: Vec<String>) -> Answer {
        // A cart becomes one order, however often the customer clicks.
        let call = TakeOrder { articles }
            .execute(&self.client)
            .idempotency_key(format!("order_0a1b2c3d4e-{cart}"));
        match call.await {
            Ok(run) => Answer::Taken(run.output.number),
            Err(error) if error.kind() == ErrorKind::Flow => {
                Answer::Refused(error.flow_code().unwrap_or("no reason").to_owned())
            }
            Err(error) if error.outcome() == Outcome::DidNotRun => Answer::TryAgain,
            Err(error) => Answer::WeCallYou(error.idempotency_key().unwrap_or_default().to_owned()),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> apaas_flow::Result<()> {
    let emulator = apaas_flow_emulator::Emulator::start().await?;
    emulator.on::<TakeOrder>(|order| {
        Ok(TakeOrderOutput {
            number: format!("4711-{}", order.articles.len()),
        })
    });
    let client = emulator.client();
    let shop = Shop { client };
    println!("{:?}", shop.order("cart-1", vec!["tea".to_owned()]).await);
    println!("{:?}", shop.order("cart-1", vec!["tea".to_owned()]).await);
    Ok(())
}

#[cfg(test)]
mod tests {
    use apaas_flow::{Result, RetryPolicy};
    use apaas_flow_emulator::{Emulator, Failure, Fault};

    use super::*;

    /// An emulator that takes every order in, and a shop that calls it.
    fn shop() -> Result<(Emulator, Shop)> {
        let emulator = Emulator::start_blocking()?;
        emulator.on::<TakeOrder>(|order| {
            assert_eq!(order.articles, ["tea"]); // a handler that panics fails the test
            Ok(TakeOrderOutput {
                number: "4711".to_owned(),
            })
        });
        // one attempt, so that a lost reply is not mended by a second one
        let client = emulator.client_builder().retry(RetryPolicy::NEVER);
        let client = client.build()?;
        Ok((emulator, Shop { client }))
    }

    fn tea() -> Vec<String> {
        vec!["tea".to_owned()]
    }

    #[tokio::test]
    async fn an_order_is_taken_in_once() -> Result<()> {
        let (emulator, shop) = shop()?;
        let answer = shop.order("cart-1", tea()).await;
        assert_eq!(answer, Answer::Taken("4711".to_owned()));
        let again = shop.order("cart-1", tea()).await;
        assert!(matches!(again, Answer::WeCallYou(_)), "{again:?}");
        assert_eq!(emulator.runs(), 1);
        Ok(())
    }

    #[tokio::test]
    async fn what_the_flow_refuses_is_told() -> Result<()> {
        let (emulator, shop) = shop()?;
        emulator.on::<TakeOrder>(|_| Err(Failure::new("sold_out", "no tea left")));
        let answer = shop.order("cart-1", tea()).await;
        assert_eq!(answer, Answer::Refused("sold_out".to_owned()));
        Ok(())
    }

    #[tokio::test]
    async fn an_order_whose_reply_is_lost_is_not_tried_again() -> Result<()> {
        let (emulator, shop) = shop()?;
        emulator
            .inject(Fault::Dropped { after: true })
            .for_flow::<TakeOrder>();
        let answer = shop.order("cart-1", tea()).await;
        let key = "order_0a1b2c3d4e-cart-1".to_owned();
        assert_eq!(emulator.runs_of(&key), 1);
        assert_eq!(answer, Answer::WeCallYou(key));
        Ok(())
    }
}
