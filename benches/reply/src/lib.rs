//! Decode and encode of the same flows three ways: ours, a visitor written by hand, and through `serde_json::Value`.
//!
//! All decode the whole reply (the envelope, the string in it, the typed fields) into the same types, and keep the same
//! of the envelope: execution id and status. All encode the whole body: operator and parameters as JSON in strings.

pub mod by_hand;
pub mod samples;
pub mod via_value;

use apaas_flow::{Operator, Status, apaas_flow, wire};
use serde::{Deserialize, Serialize};

/// A reply of 0.4 KB.
#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[derive(Debug, Clone, PartialEq)]
pub struct Small {
    #[input("variable_order")]
    #[output("variable_order")]
    pub order: i64,
    #[input("variable_note")]
    #[output("variable_note")]
    pub note: Option<String>,
    #[input("variable_total")]
    #[output("variable_total")]
    pub total: String,
}

/// A reply of 1 KB.
#[apaas_flow(namespace = "package_shop__c", flow_id = "order_0a1b2c3d4e")]
#[derive(Debug, Clone, PartialEq)]
pub struct Medium {
    #[input("variable_order")]
    #[output("variable_order")]
    pub order: i64,
    #[input("variable_customer")]
    #[output("variable_customer")]
    pub customer: String,
    #[input("variable_total")]
    #[output("variable_total")]
    pub total: String,
    #[input("variable_paid")]
    #[output("variable_paid")]
    pub paid: bool,
    #[input("variable_note")]
    #[output("variable_note")]
    pub note: Option<String>,
    #[input("variable_weight")]
    #[output("variable_weight")]
    pub weight: f64,
    #[input("variable_numbers")]
    #[output("variable_numbers")]
    pub numbers: Vec<i64>,
    #[input("variable_lines")]
    #[output("variable_lines")]
    pub lines: Vec<Line>,
}

/// A reply of 64 KB: a list of records and a long text.
#[apaas_flow(namespace = "package_shop__c", flow_id = "orders_0a1b2c3d4e")]
#[derive(Debug, Clone, PartialEq)]
pub struct Large {
    #[input("variable_count")]
    #[output("variable_count")]
    pub count: i64,
    #[input("variable_lines")]
    #[output("variable_lines")]
    pub lines: Vec<Line>,
    #[input("variable_text")]
    #[output("variable_text")]
    pub text: String,
}

/// A type of the user's own, inside an input or output: the same on every side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub article: String,
    pub price: String,
    pub count: u32,
    pub stock: bool,
    pub note: Option<String>,
}

/// What a reply becomes.
#[derive(Debug, PartialEq)]
pub struct Run<O> {
    pub execution_id: String,
    pub status: Status,
    pub output: O,
}

pub fn operator() -> Operator {
    Operator::id(1111).with_email("apaas@bytedance.com")
}

/// The three ways of one flow.
pub trait Sample:
    apaas_flow::Flow<Output: Clone + PartialEq + std::fmt::Debug> + Sized + Sync
{
    const NAME: &'static str;

    fn input() -> Self;
    fn output() -> Self::Output;

    fn decode_by_hand(body: &[u8]) -> Run<Self::Output>;
    fn decode_via_value(body: &[u8]) -> Run<Self::Output>;
    fn encode_by_hand(&self) -> Vec<u8>;
    fn encode_via_value(&self) -> Vec<u8>;

    fn decode_ours(body: &[u8]) -> Run<Self::Output> {
        let run = wire::reply::<Self>(200, body).expect("a good reply");
        Run {
            execution_id: run.execution_id,
            status: run.status,
            output: run.output,
        }
    }

    fn encode_ours(&self, operator: &Operator) -> Vec<u8> {
        wire::request(self, operator).expect("a good input")
    }

    /// The reply as the platform sends it.
    fn reply() -> Vec<u8>;
}
