//! The flows that the desk calls. `flows/` has their contracts, and the compiler compares the two.
//!
//! `emulate` is for the tests, in which the emulator answers in these types.

use std::num::NonZeroU32;

use apaas_flow::apaas_flow;
use apaas_flow::value::{Attachment, Choice, DateTime, Decimal, RecordRef};
use serde::{Deserialize, Serialize};

/// The application that all of them belong to.
const DESK: &str = "package_desk__c";

/// Prices an order. Changes nothing.
#[apaas_flow(namespace = DESK, flow_id = "priceOrder_0a1b2c3d4e", emulate)]
pub struct PriceOrder {
    /// Who asks.
    #[input("variable_customer")]
    pub customer: RecordRef,
    /// What is asked for.
    #[input("variable_lines")]
    pub lines: Vec<Line>,
    /// How it is delivered.
    #[input("variable_delivery")]
    pub delivery: Option<Choice>,

    /// With tax and delivery.
    #[output("variable_total")]
    pub total: Decimal,
    /// When the price ends.
    #[output("variable_valid_until")]
    pub valid_until: DateTime,
}

/// Places an order: creates its record, and charges the customer.
#[apaas_flow(namespace = DESK, flow_id = "placeOrder_1b2c3d4e5f", emulate)]
pub struct PlaceOrder {
    /// Who is charged.
    #[input("variable_customer")]
    pub customer: RecordRef,
    /// What is ordered.
    #[input("variable_lines")]
    pub lines: Vec<Line>,
    /// The price that was agreed on.
    #[input("variable_total")]
    pub total: Decimal,
    /// How it is delivered.
    #[input("variable_delivery")]
    pub delivery: Option<Choice>,
    /// Files that go with the order.
    #[input("variable_papers")]
    pub papers: Vec<Attachment>,
    /// The call's own key, which the record keeps: so the order is found even if the reply is lost.
    #[input("variable_key")]
    pub key: String,

    /// The order as it is recorded.
    #[output("variable_order")]
    pub order: Order,
}

/// Finds an order by the key of the call that placed it. Changes nothing.
#[apaas_flow(namespace = DESK, flow_id = "findOrder_2c3d4e5f6a", emulate)]
pub struct FindOrder {
    /// The key that the record keeps.
    #[input("variable_key")]
    pub key: String,

    /// The order, if there is one.
    #[output("variable_order")]
    pub order: Option<Order>,
}

/// Takes over an order of the old system: creates its record, and charges nobody.
#[apaas_flow(namespace = DESK, flow_id = "migrateOrder_3d4e5f6a7b", emulate)]
pub struct MigrateOrder {
    /// Its number in the old system.
    #[input("variable_number")]
    pub number: String,
    /// Who ordered.
    #[input("variable_customer")]
    pub customer: RecordRef,
    /// What was paid.
    #[input("variable_total")]
    pub total: Decimal,
    /// When it was placed.
    #[input("variable_placed_at")]
    pub placed_at: DateTime,

    /// The new record.
    #[output("variable_order")]
    pub order: RecordRef,
}

/// An article, and how many of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// The article's number.
    pub sku: String,
    /// How many.
    pub quantity: NonZeroU32,
}

/// An order as it is recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// Its record.
    pub record: RecordRef,
    /// The number that the customer is told.
    pub number: String,
    /// Such as `placed` or `shipped`.
    pub status: Choice,
    /// What the customer is charged.
    pub total: Decimal,
    /// When it was placed.
    pub placed_at: DateTime,
}
