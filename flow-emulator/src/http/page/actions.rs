//! What the page's buttons do.

use serde_json::Value;

use super::fault_form;
use crate::json;
use crate::state::State;
use crate::state::chaos::Chaos;
use crate::state::fault::Endpoint;

/// How often a fault can be asked for at once.
const MAX_TIMES: u64 = 1000;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Action {
    /// `{"endpoint", "fault", "flow", "times"}`
    Inject,
    ClearFaults,
    /// `{"rate", "seed"}`; a rate of 0 ends it
    Chaos,
    /// `{"flow", "outputs"}`, the outputs as the text that a person has written; `null` restores those of before
    Outputs,
    /// Forgets the requests that are shown.
    Clear,
    /// As after the start: no request, no fault, no key is used, the window is empty, outputs are those of before.
    Reset,
}

impl Action {
    /// By the last part of its address.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "inject" => Self::Inject,
            "clear-faults" => Self::ClearFaults,
            "chaos" => Self::Chaos,
            "outputs" => Self::Outputs,
            "clear" => Self::Clear,
            "reset" => Self::Reset,
            _ => return None,
        })
    }

    /// The error says what is wrong with the request.
    pub(super) fn run(self, state: &State, body: &[u8]) -> Result<(), String> {
        let given: Value = serde_json::from_slice(body)
            .map_err(|error| format!("the body is no JSON: {error}"))?;
        match self {
            Self::Inject => inject(state, &given)?,
            Self::ClearFaults => state.faults.clear(),
            Self::Chaos => chaos(state, &given)?,
            Self::Outputs => outputs(state, &given)?,
            Self::Clear => clear(state),
            Self::Reset => reset(state),
        }
        if let Some(page) = &state.page {
            page.changed();
        }
        Ok(())
    }
}

fn inject(state: &State, given: &Value) -> Result<(), String> {
    let endpoint = match given.get("endpoint").and_then(Value::as_str) {
        Some("execute") => Endpoint::Execute,
        Some("token") => Endpoint::Token,
        _ => return Err("`endpoint` must be execute or token".to_owned()),
    };
    let fault = fault_form::read(given.get("fault").unwrap_or(&Value::Null))?;
    if let Some(why) = fault.invalid(endpoint) {
        return Err(why);
    }
    let flow = given.get("flow").and_then(Value::as_str);
    let flow = match flow.map(|flow| flow.split_once('/')) {
        None => None,
        Some(Some(names)) if endpoint == Endpoint::Execute => Some(names),
        Some(_) => {
            return Err("`flow` must be NAMESPACE/FLOW_ID, of the execute endpoint".to_owned());
        }
    };
    let times = given.get("times").and_then(Value::as_u64).unwrap_or(1);
    let times = usize::try_from(times.clamp(1, MAX_TIMES)).unwrap_or(1);
    let injected = state.faults.inject(endpoint, fault).times(times);
    if let Some((namespace, flow_id)) = flow {
        injected.for_flow_named(namespace, flow_id);
    }
    Ok(())
}

fn chaos(state: &State, given: &Value) -> Result<(), String> {
    let rate = given.get("rate").and_then(Value::as_f64);
    let rate = rate.filter(|rate| (0.0..=1.0).contains(rate));
    let rate = rate.ok_or("`rate` must be a number from 0 to 1")?;
    // as text, since a number of JavaScript does not hold every seed
    let seed = given.get("seed").and_then(Value::as_str).unwrap_or("0");
    let seed = seed
        .trim()
        .parse()
        .map_err(|_| format!("`seed` must be an integer from 0 to {}", u64::MAX))?;
    state.faults.set_chaos(Chaos::new(seed, rate));
    Ok(())
}

fn outputs(state: &State, given: &Value) -> Result<(), String> {
    let flow = given
        .get("flow")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let known = match given.get("outputs").and_then(Value::as_str) {
        None => state.flows.restore(flow),
        Some(text) => {
            let outputs = json::object(text).map_err(|found| format!("the outputs are {found}"))?;
            state.flows.edit(flow, outputs)
        }
    };
    known
        .then_some(())
        .ok_or_else(|| format!("there is no flow `{flow}`"))
}

fn clear(state: &State) {
    if let Some(page) = &state.page {
        page.clear();
    }
}

fn reset(state: &State) {
    state.faults.clear();
    state.faults.set_chaos(None);
    state.flows.restore_all();
    state.ledger.forget_keys();
    if let Some(quota) = &state.quota {
        quota.clear();
    }
    clear(state);
}
