//! `POST /quotes`: what would it cost?

use apaas_flow::value::{Choice, Decimal, RecordRef};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::{Deserialize, Serialize};

use crate::app::{App, DEADLINE};
use crate::flows::{Line, PriceOrder};
use crate::problem::Problem;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewQuote {
    customer: RecordRef,
    lines: Vec<Line>,
    delivery: Option<Choice>,
}

/// What it costs.
#[derive(Debug, Serialize)]
pub struct Quote {
    total: Decimal,
    valid_until: String,
}

/// Prices an order. It changes nothing, so it needs no key, and ends when the caller hangs up.
pub async fn create(
    State(app): State<App>,
    body: Result<Json<NewQuote>, JsonRejection>,
) -> Result<Json<Quote>, Problem> {
    let Json(quote) = body?;
    let flow = PriceOrder {
        customer: quote.customer,
        lines: quote.lines,
        delivery: quote.delivery,
    };
    let priced = flow.execute(&app.client).deadline(DEADLINE).await?.output;
    Ok(Json(Quote {
        total: priced.total,
        valid_until: priced.valid_until.to_string(),
    }))
}
