//! A flow that is answered in JSON.

use serde_json::Value;

use crate::handler::failure::Failure;
use crate::handler::params::Params;
use crate::handler::{Handler, Run, RunError};
use crate::json::{self, kind};

/// A closure from one JSON object to another.
pub(crate) struct RawHandler<H>(pub(crate) H);

impl<H> Handler for RawHandler<H>
where
    H: Fn(Value) -> Result<Value, Failure> + Send + Sync,
{
    fn prepare<'a>(&'a self, params: &'a Params) -> Result<Run<'a>, Failure> {
        Ok(Box::new(|| {
            let outputs = (self.0)(params.value.clone())?.to_string();
            json::object(&outputs).map_err(|_| {
                RunError::Broken(format!(
                    "returned {}; outputs must be a JSON object of {{api name: value}}",
                    kind(&outputs)
                ))
            })
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_must_be_an_object() {
        let handler = RawHandler(|_| Ok(Value::from(1)));
        let params = Params::default();
        let outputs = handler.prepare(&params).ok().unwrap()();
        match outputs {
            Err(RunError::Broken(why)) => assert_eq!(
                why,
                "returned a number; outputs must be a JSON object of {api name: value}"
            ),
            other => panic!("{other:?}"),
        }
    }
}
