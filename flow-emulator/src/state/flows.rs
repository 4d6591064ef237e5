//! The flows that are answered, by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::handler::Handler;
use apaas_flow_contract::suggest::nearest;

/// How many flows a message lists; a folder of contracts may hold hundreds.
const LISTED: usize = 10;

/// Every flow that has a handler.
#[derive(Default)]
pub(crate) struct Flows {
    handlers: Mutex<BTreeMap<String, Arc<dyn Handler>>>,
}

impl Flows {
    fn handlers(&self) -> MutexGuard<'_, BTreeMap<String, Arc<dyn Handler>>> {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last handler that is registered for a flow answers it.
    pub(crate) fn register(&self, flow: String, handler: Arc<dyn Handler>) {
        self.handlers().insert(flow, handler);
    }

    /// In alphabetical order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.handlers().keys().cloned().collect()
    }

    /// The flow's handler, or a sentence that says what is registered instead.
    pub(crate) fn find(&self, flow: &str) -> Result<Arc<dyn Handler>, String> {
        let handlers = self.handlers();
        if let Some(handler) = handlers.get(flow) {
            return Ok(Arc::clone(handler));
        }
        let known: Vec<&str> = handlers.keys().map(String::as_str).collect();
        Err(if known.is_empty() {
            format!(
                "unknown flow {flow}: no flow is registered; \
                 register it with `on` or `on_raw` before the call, or start the program with --flow {flow}=FILE or --contracts DIR"
            )
        } else if let Some(meant) = nearest(flow, known.iter().copied()) {
            format!(
                "unknown flow {flow}; did you mean {meant}? Registered: {}",
                list(&known)
            )
        } else {
            format!("unknown flow {flow}; registered: {}", list(&known))
        })
    }
}

/// The first of the names, and how many more there are.
fn list(names: &[&str]) -> String {
    match names.split_at_checked(LISTED) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} and {} more", first.join(", "), rest.len())
        }
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handler::raw::RawHandler;

    fn flows(names: &[&str]) -> Flows {
        let flows = Flows::default();
        for name in names {
            flows.register((*name).to_owned(), Arc::new(RawHandler(Ok)));
        }
        flows
    }

    #[test]
    fn an_unknown_flow_names_the_registered_ones() {
        let missing = |names: &[&str]| flows(names).find("package_x__c/flow_y").err().unwrap();
        assert!(missing(&[]).contains("--flow package_x__c/flow_y=FILE"));
        assert_eq!(
            missing(&["a/b", "package_x__c/flow_z"]),
            "unknown flow package_x__c/flow_y; did you mean package_x__c/flow_z? Registered: a/b, package_x__c/flow_z"
        );
        assert_eq!(
            missing(&["a/b"]),
            "unknown flow package_x__c/flow_y; registered: a/b"
        );
        assert!(
            flows(&["package_x__c/flow_y"])
                .find("package_x__c/flow_y")
                .is_ok()
        );
    }

    #[test]
    fn long_lists_are_cut_short() {
        let names: Vec<String> = (10..30).map(|n| format!("a/{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let why = |known: &[&str]| flows(known).find("package_x__c/flow_y").err().unwrap();
        assert!(why(&names[..10]).ends_with(", a/18, a/19"));
        assert!(why(&names).ends_with(", a/18, a/19 and 10 more"));
        assert_eq!(flows(&["b/c", "a/b"]).names(), ["a/b", "b/c"]);
    }
}
