//! A service of yours, tested without a server: `cargo run --example mocking`, and its tests with `cargo test --example mocking`
//!
//! The service asks for a trait of yours. `Client` implements it by the call; a mock in a test ends calls as it likes,
//! with each field of a run or an error set. The example `testing` tests the calls as well, against the emulator.

use std::future::Future;

use apaas_flow::{Client, Error, ErrorKind, Execution, Outcome, Result, apaas_flow};

/// Takes an order in.
#[apaas_flow(namespace = "package_shop__c", flow_id = "order_0a1b2c3d4e")]
#[derive(Debug, Clone)]
pub struct TakeOrder {
    /// What is ordered.
    #[input("variable_articles")]
    pub articles: Vec<String>,
    /// The order's number.
    #[output("variable_number")]
    pub number: String,
}

/// What the service needs of the platform.
pub trait Orders {
    /// Takes an order in.
    fn take(
        &self,
        order: TakeOrder,
    ) -> impl Future<Output = Result<Execution<TakeOrderOutput>>> + Send;
}

impl Orders for Client {
    fn take(
        &self,
        order: TakeOrder,
    ) -> impl Future<Output = Result<Execution<TakeOrderOutput>>> + Send {
        order.execute(self)
    }
}

/// What a customer is told about an order.
pub async fn order(orders: &impl Orders, articles: Vec<String>) -> String {
    match orders.take(TakeOrder { articles }).await {
        Ok(run) => format!("your order is number {}", run.output.number),
        Err(error) => match (error.outcome(), error.flow_code()) {
            (Outcome::DidNotRun, _) => "please try again".to_owned(),
            (Outcome::Failed, Some("sold_out")) => "we are sold out".to_owned(),
            (Outcome::UnderWay, _) => "your order is being checked".to_owned(),
            _ => format!(
                "we call you about {}",
                error.idempotency_key().unwrap_or("your order")
            ),
        },
    }
}

/// Ends every call in the same way.
struct Always(Result<Execution<TakeOrderOutput>>);

impl Orders for Always {
    async fn take(&self, _: TakeOrder) -> Result<Execution<TakeOrderOutput>> {
        self.0.clone()
    }
}

/// A run that ended well.
fn taken(number: &str) -> Execution<TakeOrderOutput> {
    let number = number.to_owned();
    Execution::builder(TakeOrderOutput { number })
        .execution_id("1816970091484211")
        .build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let lost = Error::builder(ErrorKind::Gateway, "the connection was lost")
        .outcome(Outcome::MayHaveRun)
        .idempotency_key("k-1")
        .build();
    for end in [Ok(taken("4711")), Err(lost)] {
        println!("{}", order(&Always(end), vec!["tea".to_owned()]).await);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    async fn told(error: Error) -> String {
        order(&Always(Err(error)), Vec::new()).await
    }

    #[tokio::test]
    async fn each_outcome_is_told() {
        let outcome = |outcome| {
            Error::builder(ErrorKind::Gateway, "a test")
                .outcome(outcome)
                .idempotency_key("k-1")
                .build()
        };
        assert_eq!(told(outcome(Outcome::DidNotRun)).await, "please try again");
        assert_eq!(
            told(outcome(Outcome::MayHaveRun)).await,
            "we call you about k-1"
        );
        assert_eq!(
            told(outcome(Outcome::Failed)).await,
            "we call you about k-1"
        );
        assert_eq!(
            told(outcome(Outcome::UnderWay)).await,
            "your order is being checked"
        );
    }

    #[tokio::test]
    async fn what_the_flow_refuses_is_told() {
        // a kind has its usual outcome
        let sold_out = Error::builder(ErrorKind::Flow, "no tea left").flow_code("sold_out");
        assert_eq!(told(sold_out.build()).await, "we are sold out");
    }

    /// A mock that remembers what it was asked.
    #[derive(Default)]
    struct Recorder(Mutex<Vec<TakeOrder>>);

    impl Orders for Recorder {
        async fn take(&self, order: TakeOrder) -> Result<Execution<TakeOrderOutput>> {
            self.0.lock().unwrap().push(order);
            Ok(taken("4711"))
        }
    }

    #[tokio::test]
    async fn what_is_ordered_is_what_is_sent() {
        let orders = Recorder::default();
        let answer = order(&orders, vec!["tea".to_owned()]).await;
        assert_eq!(answer, "your order is number 4711");
        let orders = orders.0.into_inner().unwrap();
        assert_eq!(orders.len(), 1);
        assert_eq!(orders[0].articles, ["tea"]);
    }
}
