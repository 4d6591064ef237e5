//! A flow that is answered as its contract describes it.

#[cfg(feature = "cli")]
use std::sync::Arc;

use apaas_flow_contract::suggest::nearest;
use apaas_flow_contract::{Contract, Entry, Kind, Members, Side};
use serde_json::Value;
use serde_json::value::RawValue;

#[cfg(feature = "cli")]
use crate::handler::Description;
use crate::handler::engine_code::{REQUIRED_INPUT_MISSING, UNKNOWN_INPUT};
use crate::handler::failure::Failure;
use crate::handler::params::Params;
use crate::handler::samples::sample;
use crate::handler::{EXECUTION_OUTPUT, Handler, Run};
use crate::json::Object;

/// Answers with samples of the contract's outputs.
pub(crate) struct ContractHandler {
    flow: String,
    contract: Contract,
    outputs: Object,
}

impl ContractHandler {
    pub(crate) fn new(flow: String, contract: Contract) -> Self {
        Self {
            flow,
            outputs: samples(contract.entries(Side::Outputs)),
            contract,
        }
    }

    /// Names and nothing else: of the values a contract says too little.
    fn check(&self, params: &Value) -> Result<(), Failure> {
        let Some(inputs) = self.contract.entries(Side::Inputs) else {
            return Ok(());
        };
        let is_free = |name: &&str| params.get(name).is_none();
        let mut wrong = Vec::new();
        let mut missing: Vec<&str> = inputs
            .iter()
            .filter(|(_, input)| input.is_required())
            .map(|(name, _)| name)
            .filter(is_free)
            .collect();
        if !self.contract.is_partial() {
            for name in params
                .as_object()
                .into_iter()
                .flat_map(|given| given.keys())
            {
                if inputs.get(name).is_some() {
                    continue;
                }
                let meant = nearest(name, inputs.names().filter(is_free));
                // it is not missing, it is misspelt
                missing.retain(|required| Some(*required) != meant);
                wrong.push(format!("no input `{name}`; {}", instead(meant, inputs)));
            }
        }
        let code = if wrong.is_empty() {
            REQUIRED_INPUT_MISSING
        } else {
            UNKNOWN_INPUT
        };
        wrong.extend(
            missing
                .iter()
                .map(|name| format!("the required input `{name}` is missing")),
        );
        if wrong.is_empty() {
            return Ok(());
        }
        let (flow, wrong) = (&self.flow, wrong.join("; "));
        Err(Failure::new(
            code,
            format!("params do not fit the contract of flow {flow}: {wrong}"),
        ))
    }
}

fn instead(meant: Option<&str>, inputs: &Members<Entry>) -> String {
    let names: Vec<String> = inputs.names().map(|name| format!("`{name}`")).collect();
    match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if names.is_empty() => "there are none".to_owned(),
        None => format!("the inputs are {}", names.join(", ")),
    }
}

impl Handler for ContractHandler {
    fn prepare<'a>(&'a self, params: &'a Params) -> Result<Run<'a>, Failure> {
        self.check(&params.value)?;
        Ok(Box::new(|| Ok(self.outputs.clone())))
    }

    #[cfg(feature = "cli")]
    fn description(&self) -> Description {
        Description {
            contract: Some(self.contract.to_string()),
            outputs: Some(self.outputs.clone()),
        }
    }

    /// The inputs are still checked.
    #[cfg(feature = "cli")]
    fn with_outputs(&self, outputs: Object) -> Arc<dyn Handler> {
        Arc::new(Self {
            flow: self.flow.clone(),
            contract: self.contract.clone(),
            outputs,
        })
    }
}

/// Without the number of the run, which each run has of its own and is given.
fn samples(outputs: Option<&Members<Entry>>) -> Object {
    let sampled = outputs.into_iter().flat_map(Members::iter);
    let sampled = sampled.filter_map(|(name, output)| {
        let value = output.value_type().unwrap_or(Kind::Any.into());
        let is_number = matches!(value.kind, Kind::Integer | Kind::Number | Kind::Any);
        let is_number = is_number && !value.is_list();
        if name == EXECUTION_OUTPUT && is_number {
            return None;
        }
        let sample = RawValue::from_string(sample(output)).ok()?;
        Some((name.to_owned(), sample))
    });
    Object(sampled.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of_kind(kind: Kind) -> Entry {
        let mut entry = Entry::default();
        entry.set_kind(kind);
        entry
    }

    fn described(text: &str) -> ContractHandler {
        ContractHandler::new("a/b".to_owned(), Contract::read(text).unwrap())
    }

    #[track_caller]
    fn refused(contract: &str, params: &Value) -> (String, String) {
        let failure = described(contract).check(params).unwrap_err();
        let start = "params do not fit the contract of flow a/b: ";
        let what = failure.message().strip_prefix(start).unwrap();
        (failure.code().to_owned(), what.to_owned())
    }

    const INPUTS: &str = r#""inputs": {"variable_order": {"required": true}, "note": {}}"#;

    #[test]
    fn names_that_a_contract_allows() {
        let contract = format!("{{{INPUTS}}}");
        for params in [
            json!({"variable_order": 1}),
            json!({"variable_order": null, "note": []}),
        ] {
            assert_eq!(described(&contract).check(&params), Ok(()));
        }
        assert_eq!(described("{}").check(&json!({"a": 1})), Ok(()));
    }

    #[test]
    fn an_unknown_name() {
        let contract = format!("{{{INPUTS}}}");
        let refused = |params: Value| refused(&contract, &params);
        let unknown = |what: &str| (UNKNOWN_INPUT.to_owned(), what.to_owned());
        assert_eq!(
            refused(json!({"variable_oder": 1})),
            unknown("no input `variable_oder`; did you mean `variable_order`?")
        );
        // what is given cannot be meant
        assert_eq!(
            refused(json!({"variable_order": 1, "variable_oder": 1})),
            unknown("no input `variable_oder`; the inputs are `variable_order`, `note`")
        );
        assert_eq!(
            refused(json!({"x": 1})),
            unknown(
                "no input `x`; the inputs are `variable_order`, `note`; \
                 the required input `variable_order` is missing"
            )
        );
        assert_eq!(
            super::tests::refused(r#"{"inputs": {}}"#, &json!({"x": 1})),
            unknown("no input `x`; there are none")
        );
    }

    #[test]
    fn a_required_name_that_is_missing() {
        let missing = (
            REQUIRED_INPUT_MISSING.to_owned(),
            "the required input `variable_order` is missing".to_owned(),
        );
        let contract = format!("{{{INPUTS}}}");
        assert_eq!(refused(&contract, &json!({})), missing);
        let partial = format!("{{\"partial\": true, {INPUTS}}}");
        assert_eq!(refused(&partial, &json!({"variable_oder": 1})), missing);
        let params = json!({"variable_order": 1, "x": 1});
        assert_eq!(described(&partial).check(&params), Ok(()));
    }

    #[test]
    fn every_type_is_sampled() {
        for kind in Kind::all() {
            let contract = format!(r#"{{"outputs": {{"a": {{"type": "{}"}}}}}}"#, kind.word());
            let outputs = described(&contract).outputs.0;
            assert_eq!(outputs[0].1.get(), sample(&of_kind(kind)));
        }
    }

    #[test]
    fn several_are_a_list() {
        let sampled = |entry: &str| {
            let outputs = described(&format!(r#"{{"outputs": {{"a": {entry}}}}}"#))
                .outputs
                .0;
            outputs[0].1.get().to_owned()
        };
        for (entry, expected) in [
            (r#"{"type": "option", "several": true}"#, r#"["enable"]"#),
            (r#"{"type": "option", "several": false}"#, r#""enable""#),
            (r#"{"type": "integer", "several": true}"#, "[1]"),
            (r#"{"several": true}"#, r#"["1"]"#),
            // what is inside
            (
                r#"{"type": "array", "items": {"type": "object", "fields": {"s\"u": {"type": "text"}, "n": {}}}}"#,
                r#"[{"s\"u":"sample","n":"1"}]"#,
            ),
            (
                r#"{"type": "object", "several": true, "fields": {"a": {"type": "array", "items": {"type": "integer"}}}}"#,
                r#"[{"a":[1]}]"#,
            ),
            (r#"{"type": "object", "fields": {}}"#, "{}"),
        ] {
            assert_eq!(sampled(entry), expected, "{entry}");
        }
        // a list itself
        let attachment = sampled(r#"{"type": "attachment"}"#);
        assert_eq!(
            sampled(r#"{"type": "attachment", "several": true}"#),
            attachment
        );
    }

    #[test]
    fn the_number_of_the_run_is_left_to_the_run() {
        for (word, left) in [
            ("integer", true),
            ("number", true),
            ("any", true),
            ("text", false),
        ] {
            let contract =
                format!(r#"{{"outputs": {{"_flowExecutionID": {{"type": "{word}"}}}}}}"#);
            assert_eq!(described(&contract).outputs.0.is_empty(), left, "{word}");
        }
        let several = r#"{"outputs": {"_flowExecutionID": {"type": "integer", "several": true}}}"#;
        assert!(!described(several).outputs.0.is_empty());
    }
}
