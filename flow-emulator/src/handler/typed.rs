//! A flow that is answered in its own types.
//!
//! The text of a JSON object `{api name: value}` is all that the emulator and the runtime exchange here: on the wire,
//! each has its own reading of the document.

use std::marker::PhantomData;

use apaas_flow_runtime::{Emulated, emulated};

use crate::handler::engine_code::REQUIRED_INPUT_MISSING;
use crate::handler::failure::Failure;
use crate::handler::flow_name::flow_name;
use crate::handler::params::Params;
use crate::handler::{Handler, Run, RunError};
use crate::json;

/// A closure from a flow's input type to its output type.
pub(crate) struct TypedHandler<F, H> {
    handler: H,
    input: PhantomData<fn(F)>,
}

impl<F, H> TypedHandler<F, H> {
    pub(crate) fn new(handler: H) -> Self {
        Self {
            handler,
            input: PhantomData,
        }
    }
}

impl<F, H> Handler for TypedHandler<F, H>
where
    F: Emulated + 'static,
    H: Fn(F) -> Result<F::Output, Failure> + Send + Sync,
{
    fn prepare<'a>(&'a self, params: &'a Params) -> Result<Run<'a>, Failure> {
        let input: F = emulated::read_params(&params.text).map_err(|error| {
            let flow = flow_name(F::NAMESPACE, F::FLOW_ID);
            // of the engine's codes the closest to inputs that do not fit
            Failure::new(
                REQUIRED_INPUT_MISSING,
                format!("params do not fit the inputs of flow {flow}: {error}"),
            )
        })?;
        Ok(Box::new(|| {
            let output = (self.handler)(input)?;
            let text = emulated::write_outputs::<F>(&output).map_err(|error| {
                RunError::Broken(format!("returned outputs that cannot be encoded: {error}"))
            })?;
            json::object(&text).map_err(|found| RunError::Broken(format!("returned {found}")))
        }))
    }
}
