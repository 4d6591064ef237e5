//! The flows that are answered, by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(feature = "cli")]
use crate::handler::Description;
use crate::handler::Handler;
#[cfg(feature = "cli")]
use crate::json::Object;
use apaas_flow_contract::suggest::nearest;

/// How many flows a message lists; a folder of contracts may hold hundreds.
const LISTED: usize = 10;

/// Every flow that has a handler.
#[derive(Default)]
pub(crate) struct Flows {
    handlers: Mutex<BTreeMap<String, Registered>>,
}

struct Registered {
    handler: Arc<dyn Handler>,
    /// The same with outputs that a person has edited: it answers until it is removed.
    edited: Option<Arc<dyn Handler>>,
}

impl Flows {
    fn handlers(&self) -> MutexGuard<'_, BTreeMap<String, Registered>> {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last handler that is registered for a flow answers it.
    pub(crate) fn register(&self, flow: String, handler: Arc<dyn Handler>) {
        let registered = Registered {
            handler,
            edited: None,
        };
        self.handlers().insert(flow, registered);
    }

    /// In alphabetical order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.handlers().keys().cloned().collect()
    }

    /// The flow's handler, or a sentence that says what is registered instead.
    pub(crate) fn find(&self, flow: &str) -> Result<Arc<dyn Handler>, String> {
        let handlers = self.handlers();
        if let Some(Registered { handler, edited }) = handlers.get(flow) {
            return Ok(Arc::clone(edited.as_ref().unwrap_or(handler)));
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

/// What a page shows of the flows and changes in them.
#[cfg(feature = "cli")]
impl Flows {
    /// Each flow, what is known of its answers, and whether they were edited; in alphabetical order.
    pub(crate) fn described(&self) -> Vec<(String, Description, bool)> {
        let handlers = self.handlers();
        let handlers = handlers.iter();
        let described = handlers.map(|(flow, Registered { handler, edited })| {
            let answering = edited.as_ref().unwrap_or(handler);
            (flow.clone(), answering.description(), edited.is_some())
        });
        described.collect()
    }

    /// From now on the flow has these outputs, whatever its handler says. `false` if there is no such flow.
    pub(crate) fn edit(&self, flow: &str, outputs: Object) -> bool {
        self.handlers().get_mut(flow).is_some_and(|registered| {
            registered.edited = Some(registered.handler.with_outputs(outputs));
            true
        })
    }

    /// The flow is answered as before it was edited. `false` if there is no such flow.
    pub(crate) fn restore(&self, flow: &str) -> bool {
        self.handlers().get_mut(flow).is_some_and(|registered| {
            registered.edited = None;
            true
        })
    }

    pub(crate) fn restore_all(&self) {
        for registered in self.handlers().values_mut() {
            registered.edited = None;
        }
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
