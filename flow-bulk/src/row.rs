//! A row: a key, and the call that it stands for.

use apaas_flow::{Client, DynamicFlow, DynamicOutput, Execute, Flow, Operator, wire};
use sha2::{Digest, Sha256};

/// One call of a bulk run, under a key that stays the same over all runs.
///
/// The key is the call's idempotency key, so it should begin with the flow's or the task's name, such as
/// `migrate-4711`, and be different from those of every other task.
pub struct Row<O> {
    pub(crate) key: String,
    /// The flow's name and the request without a key: what distinguishes this row from another.
    pub(crate) content: apaas_flow::Result<Vec<u8>>,
    pub(crate) call: MakeCall<O>,
}

type MakeCall<O> = Box<dyn Fn(&Client) -> Execute<O> + Send>;

impl<O> Row<O> {
    /// A row that calls this flow.
    pub fn new<F>(key: impl Into<String>, flow: F) -> Self
    where
        F: Flow<Output = O> + Send + 'static,
    {
        let request = wire::Request::new(&flow, &Operator::id(0));
        Self {
            key: key.into(),
            content: request.map(|request| content(&wire::path::<F>(), &request)),
            call: Box::new(move |client| client.execute(&flow)),
        }
    }

    /// A hash of the row's inputs, salted so that the same inputs in two journals have nothing in common.
    pub(crate) fn hash(&self, salt: &[u8]) -> [u8; 32] {
        let hash = Sha256::new().chain_update(salt);
        match &self.content {
            Ok(content) => hash.chain_update(content),
            // Inputs that cannot be written are never sent, so there is nothing to compare.
            Err(_) => hash,
        }
        .finalize()
        .into()
    }
}

impl Row<DynamicOutput> {
    /// A row that calls a flow known only at run time.
    pub fn dynamic(key: impl Into<String>, flow: DynamicFlow) -> Self {
        Self {
            key: key.into(),
            content: Ok(content(&flow.path(), &flow.request(&Operator::id(0)))),
            call: Box::new(move |client| flow.execute(client)),
        }
    }
}

fn content(path: &str, request: &wire::Request) -> Vec<u8> {
    [path.as_bytes(), b"\n", &request.to_vec()].concat()
}

/// Without the inputs.
impl<O> std::fmt::Debug for Row<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
