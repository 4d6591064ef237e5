//! Flows that are known only at run time.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{Call, Endpoint, Execute, Run, Start};
use crate::client::Client;
use crate::codec::{OutputIndex, Params};
use crate::error::Result;
use crate::flow::check_dynamic;

/// A flow whose names and parameters are known only at run time.
///
/// ```no_run
/// # use apaas_flow::{Client, DynamicFlow, Result};
/// # async fn example(client: Client) -> Result<()> {
/// let run = DynamicFlow::new("package_x__c", "flow_y")?
///     .param("variable_a", 1)?
///     .execute(&client)
///     .await?;
/// let total: String = run.output.get("variable_total")?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct DynamicFlow {
    namespace: String,
    flow_id: String,
    params: Params,
}

impl DynamicFlow {
    /// The flow of these API names.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for a name that cannot be a part of a path: empty, `.`, `..`, or with
    /// a control character. Every other one is percent-encoded.
    pub fn new(namespace: impl Into<String>, flow_id: impl Into<String>) -> Result<Self> {
        let flow = Self {
            namespace: namespace.into(),
            flow_id: flow_id.into(),
            params: Params::new(),
        };
        check_dynamic("namespace", &flow.namespace)?;
        check_dynamic("flow id", &flow.flow_id)?;
        Ok(flow)
    }

    /// Adds a parameter under its api name, unless its value is none.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`](crate::ErrorKind::Encode) if the value cannot be written as JSON.
    pub fn param(mut self, name: &str, value: impl Serialize) -> Result<Self> {
        self.params.field(name, &value)?;
        Ok(self)
    }

    /// Executes the flow and waits for its outputs, once the call is awaited.
    pub fn execute(&self, client: &Client) -> Execute<DynamicOutput> {
        let (endpoint, params) = (self.endpoint(client), Ok(self.params.clone()));
        Call::execute(client.context(), endpoint, params, |mut run| {
            let index = loop {
                match OutputIndex::parse(&run.reply.out_params) {
                    Err(_) if run.reply.repair_outputs() => {}
                    index => break index,
                }
            };
            let output = index.map(|index| DynamicOutput {
                run: run.split_off_outputs(),
                index: index.into(),
            });
            run.with_output(output)
        })
    }

    /// Starts the flow and does not wait for its end, once the call is awaited.
    pub fn start(&self, client: &Client) -> Start {
        Call::start(
            client.context(),
            self.endpoint(client),
            Ok(self.params.clone()),
        )
    }

    fn endpoint(&self, client: &Client) -> Arc<Endpoint> {
        client.endpoint(self.namespace.clone(), self.flow_id.clone())
    }
}

/// The outputs of a [`DynamicFlow`], each read when it is asked for.
#[derive(Clone)]
pub struct DynamicOutput {
    /// Whose outputs they are, for the errors of reading them.
    run: Run,
    index: Arc<OutputIndex>,
}

impl DynamicOutput {
    /// Reads an output. A missing one is an error unless the type accepts absence, as `Option` does.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it is missing or does not fit, with all that is known of the run.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let error = match self.index.outputs(self.as_str()).take(name) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let mut reply = self.run.reply.clone();
        if reply.repair_outputs() {
            let text = &*reply.out_params;
            let read = OutputIndex::parse(text).and_then(|index| index.outputs(text).take(name));
            if let Ok(value) = read {
                return Ok(value);
            }
        }
        Err(self.run.clone().error(error))
    }

    /// The api names of all outputs, in the platform's order.
    pub fn names(&self) -> Vec<String> {
        self.index.names().map(str::to_owned).collect()
    }

    /// The text of `out_params` as the platform sent it.
    pub fn as_str(&self) -> &str {
        &self.run.reply.out_params
    }
}

/// Without the values.
impl fmt::Debug for DynamicOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DynamicOutput").field(&self.names()).finish()
    }
}
