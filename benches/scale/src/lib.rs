//! What the client and server share: the flows, with a number as input and the outputs of a `reply` sample.

pub mod by_hand;

use std::marker::PhantomData;

use apaas_flow::{Flow, Outputs, Params};
use reply::Sample;

pub const TOKEN_PATH: &str = "/open-apis/auth/v3/tenant_access_token/internal";

/// A flow with the sample's outputs and one small input.
pub struct Fetch<F> {
    pub order: i64,
    sample: PhantomData<fn() -> F>,
}

impl<F> Fetch<F> {
    pub fn new(order: i64) -> Self {
        Self {
            order,
            sample: PhantomData,
        }
    }
}

impl<F: Sample> Flow for Fetch<F> {
    const NAMESPACE: &'static str = F::NAMESPACE;
    const FLOW_ID: &'static str = F::FLOW_ID;
    type Output = F::Output;

    fn write_params(&self, to: &mut Params) -> apaas_flow::Result<()> {
        to.field("variable_order", &self.order)
    }

    fn read_outputs(from: &mut Outputs<'_>) -> apaas_flow::Result<F::Output> {
        F::read_outputs(from)
    }
}
