//! A service of yours, tested with the emulator: `cargo run --example testing`, and its tests with `cargo test --example testing`
//!
//! The service knows nothing of the emulator: it takes a `Client`. In a project of your own, `apaas-flow-emulator` is a
//! dev-dependency, and `emulate` stands on the struct.

use apaas_flow::{Client, ErrorKind, apaas_flow};

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
    /// The order may be in: somebody looks it up by this key.
    WeCallYou(String),
    /// The flow said no, with this reason.
    Refused(String),
}

impl Shop {
    /// Takes an order in.
    pub async fn order(&self, cart: &str, articles: Vec<String>) -> Answer {
        let order = TakeOrder { articles };
        // A cart becomes one order, however often the customer clicks.
        let call = order
            .execute(&self.client)
            .idempotency_key(format!("{cart}-order_0a1b2c3d4e"));
        match call.await {
            Ok(run) => Answer::Taken(run.output.number),
            Err(error) if error.kind() == ErrorKind::Flow => {
                Answer::Refused(error.flow_code().unwrap_or("no reason").to_owned())
            }
            Err(error) if error.may_have_run() => {
                Answer::WeCallYou(error.idempotency_key().unwrap_or_default().to_owned())
            }
            Err(_) => Answer::TryAgain,
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
    let shop = Shop {
        client: emulator.client(),
    };
    println!("{:?}", shop.order("cart-1", vec!["tea".to_owned()]).await);
    println!("{:?}", shop.order("cart-1", vec!["tea".to_owned()]).await);
    Ok(())
}

#[cfg(test)]
mod tests {
    use apaas_flow_emulator::{Emulator, Failure};

    use super::*;

    async fn shop() -> apaas_flow::Result<(Emulator, Shop)> {
        let emulator = Emulator::start().await?;
        let shop = Shop {
            client: emulator.client(),
        };
        Ok((emulator, shop))
    }

    #[tokio::test]
    async fn an_order_is_taken_in_once() -> apaas_flow::Result<()> {
        let (emulator, shop) = shop().await?;
        emulator.on::<TakeOrder>(|order| {
            assert_eq!(order.articles, ["tea"]); // a handler that panics fails the test
            Ok(TakeOrderOutput {
                number: "4711".to_owned(),
            })
        });

        assert_eq!(
            shop.order("cart-1", vec!["tea".to_owned()]).await,
            Answer::Taken("4711".to_owned())
        );
        let again = shop.order("cart-1", vec!["tea".to_owned()]).await;
        assert!(matches!(again, Answer::WeCallYou(_)), "{again:?}");
        assert_eq!(emulator.executions().len(), 1);
        Ok(())
    }

    #[tokio::test]
    async fn what_the_flow_refuses_is_told() -> apaas_flow::Result<()> {
        let (emulator, shop) = shop().await?;
        emulator.on::<TakeOrder>(|_| Err(Failure::new("sold_out", "no tea left")));

        assert_eq!(
            shop.order("cart-1", vec![]).await,
            Answer::Refused("sold_out".to_owned())
        );
        Ok(())
    }
}
