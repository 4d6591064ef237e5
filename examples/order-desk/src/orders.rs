//! `POST /orders` places an order, once however often it is sent; `GET /orders/{key}` finds it.

use apaas_flow::value::{Attachment, Choice, Decimal, RecordRef};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::app::{App, DEADLINE};
use crate::flows::{self, FindOrder, Line, PlaceOrder};
use crate::idempotency::IdempotencyKey;
use crate::problem::Problem;

/// What is ordered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    customer: RecordRef,
    lines: Vec<Line>,
    total: Decimal,
    delivery: Option<Choice>,
    /// Tokens of files that were uploaded before.
    #[serde(default)]
    papers: Vec<String>,
}

/// An order, as callers see it: the platform's forms of values end here.
#[derive(Debug, Serialize)]
pub struct Order {
    /// A text, since the numbers of JavaScript cannot hold every id.
    id: String,
    number: String,
    status: String,
    total: Decimal,
    placed_at: String,
}

impl From<flows::Order> for Order {
    fn from(order: flows::Order) -> Self {
        Self {
            id: order.record.to_string(),
            number: order.number,
            status: order.status.to_string(),
            total: order.total,
            placed_at: order.placed_at.to_string(),
        }
    }
}

/// Places an order, under the caller's key: sent again, it is never placed a second time.
pub async fn place(
    State(app): State<App>,
    key: IdempotencyKey,
    body: Result<Json<NewOrder>, JsonRejection>,
) -> Result<(StatusCode, Json<Order>), Problem> {
    let Json(order) = body?;
    let key = key.of_call::<PlaceOrder>();
    let flow = PlaceOrder {
        customer: order.customer,
        lines: order.lines,
        total: order.total,
        delivery: order.delivery,
        papers: order.papers.into_iter().map(Attachment::new).collect(),
        key: key.clone(),
    };
    let call = flow
        .execute(&app.client)
        .idempotency_key(key)
        .deadline(DEADLINE);
    let placed = app.see_through(call).await?.output;
    Ok((StatusCode::CREATED, Json(placed.order.into())))
}

/// Finds the order that was placed under this key: how a caller settles an uncertain outcome.
pub async fn find(State(app): State<App>, Path(key): Path<String>) -> Result<Json<Order>, Problem> {
    let key = IdempotencyKey::new(key.as_bytes())?.of_call::<PlaceOrder>();
    let found = FindOrder { key }.execute(&app.client).deadline(DEADLINE);
    match found.await?.output.order {
        Some(order) => Ok(Json(order.into())),
        None => Err(Problem::new(
            StatusCode::NOT_FOUND,
            "no order has been placed under this key so far",
        )),
    }
}
