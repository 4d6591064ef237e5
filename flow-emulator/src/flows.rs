//! The flows that were registered, by namespace and flow id.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::failure::Failure;
use crate::json::{self, Object, kind};
use crate::nearest::nearest;
use crate::request::Params;

/// How many flows a message lists; a folder of contracts may have hundreds.
const LISTED: usize = 10;

/// What answers for one flow. Reading the inputs is apart from running, since inputs that cannot be read start no run.
pub(crate) trait Handler: Send + Sync {
    fn prepare<'a>(&'a self, params: &'a Params) -> Result<Run<'a>, Failure>;
}

pub(crate) type Run<'a> = Box<dyn FnOnce() -> Result<Object, Ended> + 'a>;

/// A run without outputs.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The flow reported a failure, as its handler meant it to.
    Failed(Failure),
    /// The handler itself is wrong.
    Broken(String),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A handler of JSON values.
pub(crate) struct Raw<H>(pub(crate) H);

impl<H> Handler for Raw<H>
where
    H: Fn(Value) -> Result<Value, Failure> + Send + Sync,
{
    fn prepare<'a>(&'a self, params: &'a Params) -> Result<Run<'a>, Failure> {
        Ok(Box::new(|| {
            let outputs = (self.0)(params.value.clone())?.to_string();
            json::object(&outputs).map_err(|_| {
                Ended::Broken(format!(
                    "returned {}; outputs are a JSON object of {{api name: value}}",
                    kind(&outputs)
                ))
            })
        }))
    }
}

/// The same outputs each time.
pub(crate) struct Fixed(pub(crate) Object);

impl Handler for Fixed {
    fn prepare<'a>(&'a self, _: &'a Params) -> Result<Run<'a>, Failure> {
        Ok(Box::new(|| Ok(self.0.clone())))
    }
}

/// All registered flows.
#[derive(Default)]
pub(crate) struct Flows {
    handlers: Mutex<BTreeMap<String, Arc<dyn Handler>>>,
}

impl Flows {
    /// The last handler that was registered for a flow answers for it.
    pub(crate) fn register(&self, flow: String, handler: Arc<dyn Handler>) {
        let mut handlers = self.handlers.lock().unwrap_or_else(PoisonError::into_inner);
        handlers.insert(flow, handler);
    }

    /// In alphabetical order.
    pub(crate) fn names(&self) -> Vec<String> {
        let handlers = self.handlers.lock().unwrap_or_else(PoisonError::into_inner);
        handlers.keys().cloned().collect()
    }

    /// The flow's handler, or a sentence that says what is registered instead.
    pub(crate) fn find(&self, flow: &str) -> Result<Arc<dyn Handler>, String> {
        let handlers = self.handlers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handler) = handlers.get(flow) {
            return Ok(Arc::clone(handler));
        }
        let known: Vec<&str> = handlers.keys().map(String::as_str).collect();
        Err(if known.is_empty() {
            format!(
                "no flow {flow}: the emulator knows none; \
                 register it with `on` or `on_raw` before it is called, or start the program with --flow {flow}=FILE or --contracts DIR"
            )
        } else if let Some(meant) = nearest(flow, known.iter().copied()) {
            format!(
                "no flow {flow}; did you mean {meant}? Registered: {}",
                listed(&known)
            )
        } else {
            format!("no flow {flow}; registered: {}", listed(&known))
        })
    }
}

/// The first of the names, and how many more there are.
fn listed(names: &[&str]) -> String {
    match names.split_at_checked(LISTED) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} and {} more", first.join(", "), rest.len())
        }
        _ => names.join(", "),
    }
}

/// How a flow is named in messages and on the command line.
pub(crate) fn name(namespace: &str, flow_id: &str) -> String {
    format!("{namespace}/{flow_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows(names: &[&str]) -> Flows {
        let flows = Flows::default();
        for name in names {
            flows.register((*name).to_owned(), Arc::new(Raw(Ok)));
        }
        flows
    }

    #[test]
    fn says_what_is_registered() {
        let missing = |names: &[&str]| flows(names).find("package_x__c/flow_y").err().unwrap();
        assert!(missing(&[]).contains("--flow package_x__c/flow_y=FILE"));
        assert_eq!(
            missing(&["a/b", "package_x__c/flow_z"]),
            "no flow package_x__c/flow_y; did you mean package_x__c/flow_z? Registered: a/b, package_x__c/flow_z"
        );
        assert_eq!(
            missing(&["a/b"]),
            "no flow package_x__c/flow_y; registered: a/b"
        );
        assert!(
            flows(&["package_x__c/flow_y"])
                .find("package_x__c/flow_y")
                .is_ok()
        );
    }

    #[test]
    fn lists_no_more_than_can_be_read() {
        let names: Vec<String> = (10..30).map(|n| format!("a/{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let why = |known: &[&str]| flows(known).find("package_x__c/flow_y").err().unwrap();
        assert!(why(&names[..10]).ends_with(", a/18, a/19"));
        assert!(why(&names).ends_with(", a/18, a/19 and 10 more"));
        assert_eq!(flows(&["b/c", "a/b"]).names(), ["a/b", "b/c"]);
    }

    #[test]
    fn outputs_are_an_object() {
        let handler = Raw(|_| Ok(Value::from(1)));
        let params = Params::default();
        let ended = handler.prepare(&params).ok().unwrap()();
        match ended {
            Err(Ended::Broken(why)) => assert_eq!(
                why,
                "returned a number; outputs are a JSON object of {api name: value}"
            ),
            other => panic!("{other:?}"),
        }
    }
}
