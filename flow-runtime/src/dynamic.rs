//! Flows known only at run time.

use std::fmt;
use std::sync::Arc;
use std::task::{Poll, ready};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{Call, CallCore, Execute, Run, Start};
use crate::client::Client;
use crate::codec::{FieldWriter, OutputIndex};
use crate::error::Result;
use crate::flow::check_dynamic;
use crate::operator::Operator;
use crate::wire::{Accept, Request, RunReply, path};

/// A flow whose name and parameters are known only at run time.
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
    params: FieldWriter,
}

impl DynamicFlow {
    /// The flow with these API names.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if a name cannot be a path segment: it is empty, `.`, `..`, or
    /// contains a control character. Anything else is percent-encoded.
    pub fn new(namespace: impl Into<String>, flow_id: impl Into<String>) -> Result<Self> {
        let flow = Self {
            namespace: namespace.into(),
            flow_id: flow_id.into(),
            params: FieldWriter::new(),
        };
        check_dynamic("namespace", &flow.namespace)?;
        check_dynamic("flow id", &flow.flow_id)?;
        Ok(flow)
    }

    /// Adds a parameter under its api name. A value of `None` is omitted.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`](crate::ErrorKind::Encode) if the value cannot be written as JSON.
    pub fn param(mut self, name: &str, value: impl Serialize) -> Result<Self> {
        self.params.field(name, &value)?;
        Ok(self)
    }

    /// Returns a call that, when awaited, executes the flow and waits for its outputs.
    pub fn execute(&self, client: &Client) -> Execute<DynamicOutput> {
        Call::new(self.call(client, Accept::Finished), |core, cx| {
            let mut run = ready!(core.poll(cx))?;
            Poll::Ready(match parse(&mut run.reply) {
                Ok(index) => {
                    let outputs = run.split_off_outputs();
                    let output = DynamicOutput {
                        source: Source::Run(outputs),
                        index: index.into(),
                    };
                    Ok(run.into_execution().with_output(output))
                }
                Err(error) => Err(run.error(error)),
            })
        })
    }

    /// Returns a call that, when awaited, starts the flow without waiting for it to finish.
    pub fn start(&self, client: &Client) -> Start {
        Call::start(self.call(client, Accept::Begun))
    }

    /// The request that a call would send, without an idempotency key.
    ///
    /// ```
    /// use apaas_flow::{DynamicFlow, Operator};
    ///
    /// let flow = DynamicFlow::new("package_x__c", "flow_y")?.param("variable_a", 1)?;
    /// assert_eq!(
    ///     String::from_utf8_lossy(&flow.request(&Operator::id(1111)).to_vec()),
    ///     r#"{"operator":"{\"_id\":1111}","params":"{\"variable_a\":1}"}"#
    /// );
    /// assert_eq!(flow.path(), "/open-apis/apaas/v1/applications/package_x__c/flows/flow_y/execute");
    /// # Ok::<(), apaas_flow::Error>(())
    /// ```
    pub fn request(&self, operator: &Operator) -> Request {
        Request::from_parts(self.params.clone().into_nested_json(), operator)
    }

    /// The path of the URL that a call would go to, percent-encoded.
    pub fn path(&self) -> String {
        path::path(&self.namespace, &self.flow_id)
    }

    fn call(&self, client: &Client, accept: Accept) -> CallCore {
        let endpoint = client.endpoint(self.namespace.clone(), self.flow_id.clone());
        CallCore::new(
            client.context(),
            endpoint,
            accept,
            self.params.clone(),
            Ok(()),
        )
    }
}

/// The index of a reply's outputs, whose bad characters are replaced if it cannot be had otherwise.
fn parse(reply: &mut RunReply) -> Result<OutputIndex> {
    loop {
        match OutputIndex::parse(&reply.out_params) {
            Err(_) if reply.repair_outputs() => {}
            index => return index,
        }
    }
}

/// The outputs of a [`DynamicFlow`], each read when it is asked for.
#[derive(Clone)]
pub struct DynamicOutput {
    source: Source,
    index: Arc<OutputIndex>,
}

#[derive(Clone)]
enum Source {
    /// Whose outputs they are, for the errors of reading them.
    Run(Run),
    /// A test's own.
    Text(String),
}

impl DynamicOutput {
    /// Outputs for a test: the text of an object `{api name: value}`, or of the list that `out_params` is.
    ///
    /// ```
    /// use apaas_flow::{DynamicOutput, Execution};
    ///
    /// let output = DynamicOutput::parse(r#"{"variable_total": "128.50"}"#)?;
    /// let run = Execution::builder(output).build();
    /// assert_eq!(run.output.get::<String>("variable_total")?, "128.50");
    /// # Ok::<(), apaas_flow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the text is neither.
    pub fn parse(out_params: impl Into<String>) -> Result<Self> {
        let text = out_params.into();
        let index = OutputIndex::parse(&text)?.into();
        Ok(Self {
            source: Source::Text(text),
            index,
        })
    }

    /// Reads an output. A missing one is an error unless the type accepts absence, as `Option` does.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it is missing or does not fit; the error describes the run.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let error = match self.index.outputs(self.as_str()).take(name) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let Source::Run(run) = &self.source else {
            return Err(error);
        };
        let mut reply = run.reply.clone();
        if reply.repair_outputs() {
            let text = &*reply.out_params;
            let read = OutputIndex::parse(text).and_then(|index| index.outputs(text).take(name));
            if let Ok(value) = read {
                return Ok(value);
            }
        }
        Err(run.clone().error(error))
    }

    /// The api names of all outputs, in the order the platform sent them.
    pub fn names(&self) -> Vec<String> {
        self.index.names().map(str::to_owned).collect()
    }

    /// The text of `out_params` as the platform sent it.
    pub fn as_str(&self) -> &str {
        match &self.source {
            Source::Run(run) => &run.reply.out_params,
            Source::Text(text) => text,
        }
    }
}

/// Omits the values.
impl fmt::Debug for DynamicOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DynamicOutput").field(&self.names()).finish()
    }
}
