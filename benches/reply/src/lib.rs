//! Decode and encode of the same flows: ours, written by hand, and through `serde_json::Value`.
//!
//! All decode the whole reply (the envelope, the string in it, the typed fields) into the same types, and keep the
//! execution id and status from the envelope. All encode the whole body: operator and parameters as JSON in strings.

pub mod by_hand;
pub mod samples;
pub mod via_value;

use apaas_flow::{Flow, Operator, Status, apaas_flow, wire};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A reply of 0.4 KB.
#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Small {
    #[input("variable_order")]
    #[output("variable_order")]
    #[serde(rename = "variable_order")]
    pub order: i64,
    #[input("variable_note")]
    #[output("variable_note")]
    #[serde(rename = "variable_note")]
    pub note: Option<String>,
    #[input("variable_total")]
    #[output("variable_total")]
    #[serde(rename = "variable_total")]
    pub total: String,
}

/// A reply of 1 KB.
#[apaas_flow(namespace = "package_shop__c", flow_id = "order_0a1b2c3d4e")]
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Medium {
    #[input("variable_order")]
    #[output("variable_order")]
    #[serde(rename = "variable_order")]
    pub order: i64,
    #[input("variable_customer")]
    #[output("variable_customer")]
    #[serde(rename = "variable_customer")]
    pub customer: String,
    #[input("variable_total")]
    #[output("variable_total")]
    #[serde(rename = "variable_total")]
    pub total: String,
    #[input("variable_paid")]
    #[output("variable_paid")]
    #[serde(rename = "variable_paid")]
    pub paid: bool,
    #[input("variable_note")]
    #[output("variable_note")]
    #[serde(rename = "variable_note")]
    pub note: Option<String>,
    #[input("variable_weight")]
    #[output("variable_weight")]
    #[serde(rename = "variable_weight")]
    pub weight: f64,
    #[input("variable_numbers")]
    #[output("variable_numbers")]
    #[serde(rename = "variable_numbers")]
    pub numbers: Vec<i64>,
    #[input("variable_lines")]
    #[output("variable_lines")]
    #[serde(rename = "variable_lines")]
    pub lines: Vec<Line>,
}

/// A reply of 64 KB: a list of records and a long text.
#[apaas_flow(namespace = "package_shop__c", flow_id = "orders_0a1b2c3d4e")]
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Large {
    #[input("variable_count")]
    #[output("variable_count")]
    #[serde(rename = "variable_count")]
    pub count: i64,
    #[input("variable_lines")]
    #[output("variable_lines")]
    #[serde(rename = "variable_lines")]
    pub lines: Vec<Line>,
    #[input("variable_text")]
    #[output("variable_text")]
    #[serde(rename = "variable_text")]
    pub text: String,
}

/// The outputs of [`Small`], as a type that serde reads.
#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", output = SmallOutput)]
pub struct SmallTyped {}

/// The outputs of [`Medium`], as a type that serde reads.
#[apaas_flow(namespace = "package_shop__c", flow_id = "order_0a1b2c3d4e", output = MediumOutput)]
pub struct MediumTyped {}

/// The outputs of [`Large`], as a type that serde reads.
#[apaas_flow(namespace = "package_shop__c", flow_id = "orders_0a1b2c3d4e", output = LargeOutput)]
pub struct LargeTyped {}

/// A user's own type inside an input or output, the same on every side.
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

/// One flow in every variant.
pub trait Sample: Flow<Output: Clone + PartialEq + std::fmt::Debug> + Sized + Sync {
    const NAME: &'static str;

    /// The same flow with `output = Type`, where serde reads all outputs as one type.
    type Typed: Flow<Output = Self::Output>;

    fn input() -> Self;
    fn output() -> Self::Output;
    /// The outputs by api name, in the order of the fields.
    fn outputs() -> Vec<(&'static str, Value)>;

    fn decode_by_hand(body: &[u8]) -> Run<Self::Output>;
    fn decode_via_value(body: &[u8]) -> Run<Self::Output>;
    fn encode_by_hand(&self) -> Vec<u8>;
    fn encode_in_one_pass(&self) -> Vec<u8>;
    fn encode_via_value(&self) -> Vec<u8>;

    /// The reply as the platform sends it, outputs in the order of the fields.
    fn reply() -> Vec<u8> {
        samples::reply(&Self::outputs())
    }

    /// The same with the outputs in reverse order.
    fn reversed_reply() -> Vec<u8> {
        let mut outputs = Self::outputs();
        outputs.reverse();
        samples::reply(&outputs)
    }
}

pub fn decode_ours<F: Flow>(body: &[u8]) -> Run<F::Output> {
    let run = wire::reply::<F>(200, body).expect("a good reply");
    Run {
        execution_id: run.execution_id,
        status: run.status,
        output: run.output,
    }
}

pub fn encode_ours<F: Flow>(flow: &F, operator: &Operator) -> Vec<u8> {
    wire::request(flow, operator).expect("a good input")
}
