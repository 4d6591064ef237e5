//! What all calls of a flow by one client share, built on the first call.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use url::Url;

use crate::stats::{Counters, FlowCounters, FlowLabel};
use crate::wire::path::{self, join};

/// The URL of a flow, and its name in messages.
pub(crate) struct Endpoint {
    pub(crate) namespace: Cow<'static, str>,
    pub(crate) flow_id: Cow<'static, str>,
    /// The namespace in the URL: the flow's own or its alias.
    pub(crate) sent_namespace: String,
    /// `namespace/flow_id`
    pub(crate) label: String,
    pub(crate) url: Url,
    pub(crate) counters: FlowCounters,
}

/// The endpoints of the flows a client has called.
pub(crate) struct Endpoints {
    base_url: Url,
    namespace_aliases: HashMap<String, String>,
    known: RwLock<Known>,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct Known {
    by_namespace: HashMap<Cow<'static, str>, ByFlowId>,
    count: usize,
}

type ByFlowId = HashMap<Cow<'static, str>, Arc<Endpoint>>;

/// The cache stops growing here: names known only at run time could fill memory.
const MOST_KNOWN: usize = 1024;

impl Endpoints {
    pub(crate) fn new(
        base_url: Url,
        namespace_aliases: HashMap<String, String>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            base_url,
            namespace_aliases,
            known: RwLock::default(),
            counters,
        }
    }

    pub(crate) fn base_url(&self) -> &Url {
        &self.base_url
    }

    pub(crate) fn of(
        &self,
        namespace: Cow<'static, str>,
        flow_id: Cow<'static, str>,
    ) -> Arc<Endpoint> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let found = known
            .by_namespace
            .get(&namespace)
            .and_then(|flows| flows.get(&flow_id));
        if let Some(endpoint) = found {
            return endpoint.clone();
        }
        drop(known);
        let endpoint = Arc::new(self.make(namespace, flow_id));
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.remember(&endpoint);
        endpoint
    }

    fn make(&self, namespace: Cow<'static, str>, flow_id: Cow<'static, str>) -> Endpoint {
        let alias = self.namespace_aliases.get(&*namespace);
        let sent_namespace = alias.map_or(&*namespace, |alias| alias);
        let label = path::label(&namespace, &flow_id);
        let is_part_of_program =
            matches!((&namespace, &flow_id), (Cow::Borrowed(_), Cow::Borrowed(_)));
        Endpoint {
            url: join(&self.base_url, &path::path(sent_namespace, &flow_id)),
            counters: FlowCounters::new(
                self.counters.clone(),
                FlowLabel::new(&label, is_part_of_program),
            ),
            label,
            sent_namespace: sent_namespace.to_owned(),
            namespace,
            flow_id,
        }
    }
}

impl Known {
    fn remember(&mut self, endpoint: &Arc<Endpoint>) {
        if self.count >= MOST_KNOWN {
            return;
        }
        let flows = self
            .by_namespace
            .entry(endpoint.namespace.clone())
            .or_default();
        if flows
            .insert(endpoint.flow_id.clone(), endpoint.clone())
            .is_none()
        {
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints() -> Endpoints {
        let aliases = HashMap::from([("dev".to_owned(), "prod".to_owned())]);
        Endpoints::new(
            "http://127.0.0.1:7800/base/".parse().unwrap(),
            aliases,
            Arc::default(),
        )
    }

    #[test]
    fn an_endpoint_is_cached_by_namespace_and_flow_id() {
        let endpoints = endpoints();
        let of = |namespace: &'static str, flow_id: &'static str| {
            endpoints.of(namespace.into(), flow_id.into())
        };
        for _ in 0..2 {
            assert_eq!(
                of("dev", "a").url.as_str(),
                "http://127.0.0.1:7800/base/open-apis/apaas/v1/applications/prod/flows/a/execute"
            );
            assert_eq!(of("dev", "a").label, "dev/a");
            assert_eq!(of("other", "a").sent_namespace, "other");
            assert_eq!(of("dev", "b").flow_id, "b");
        }
        assert!(Arc::ptr_eq(&of("dev", "a"), &of("dev", "a")));
    }

    #[test]
    fn the_cache_is_bounded() {
        let endpoints = endpoints();
        for n in 0..MOST_KNOWN + 10 {
            let flow_id = format!("flow_{n}");
            let endpoint = endpoints.of("dev".into(), flow_id.clone().into());
            assert_eq!(endpoint.flow_id, flow_id);
        }
        assert_eq!(endpoints.known.read().unwrap().count, MOST_KNOWN);
    }
}
