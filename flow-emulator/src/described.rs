//! A flow that is answered as its contract describes it.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::contract::{Contract, Entry};
use crate::handler::failure::Failure;
use crate::handler::params::Params;
use crate::handler::{EXECUTION_OUTPUT, Handler, Run};
use crate::json::Object;
use crate::nearest::nearest;

/// The engine's codes for inputs that are not the flow's.
const UNKNOWN_INPUT: &str = "k_wf_ec_2001001";
pub(crate) const INPUT_MISSING: &str = "k_wf_ec_2001002";

/// Answers with samples of the contract's outputs.
pub(crate) struct Described {
    flow: String,
    inputs: Option<Vec<Entry>>,
    partial: bool,
    outputs: Object,
}

impl Described {
    pub(crate) fn new(flow: String, contract: Contract) -> Self {
        Self {
            flow,
            inputs: contract.inputs,
            partial: contract.partial,
            outputs: samples(&contract.outputs),
        }
    }

    /// Names and nothing else: of the values a contract says too little.
    fn check(&self, params: &Value) -> Result<(), Failure> {
        let Some(inputs) = &self.inputs else {
            return Ok(());
        };
        let mut wrong = Vec::new();
        let mut missing: Vec<&str> = inputs
            .iter()
            .filter(|input| input.required && params.get(&input.name).is_none())
            .map(|input| input.name.as_str())
            .collect();
        if !self.partial {
            let free = |input: &&Entry| params.get(&input.name).is_none();
            for name in params
                .as_object()
                .into_iter()
                .flat_map(|given| given.keys())
            {
                if inputs.iter().any(|input| input.name == *name) {
                    continue;
                }
                let free = inputs.iter().filter(free);
                let meant = nearest(name, free.map(|input| input.name.as_str()));
                // it is not missing, it is misspelt
                missing.retain(|required| Some(*required) != meant);
                wrong.push(format!("no input `{name}`; {}", self.instead(meant)));
            }
        }
        let code = if wrong.is_empty() {
            INPUT_MISSING
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

    fn instead(&self, meant: Option<&str>) -> String {
        let names: Vec<String> = self
            .inputs
            .iter()
            .flatten()
            .map(|input| format!("`{}`", input.name))
            .collect();
        match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if names.is_empty() => "there are none".to_owned(),
            None => format!("the inputs are {}", names.join(", ")),
        }
    }
}

impl Handler for Described {
    fn prepare<'a>(&'a self, params: &'a Params) -> Result<Run<'a>, Failure> {
        self.check(&params.value)?;
        Ok(Box::new(|| Ok(self.outputs.clone())))
    }
}

/// Without the number of the run, which each run has of its own and is given.
fn samples(outputs: &[Entry]) -> Object {
    let sampled = outputs
        .iter()
        .filter(|output| !(output.name == EXECUTION_OUTPUT && output.kind.has_whole_numbers()));
    Object(
        sampled
            .filter_map(|output| {
                let sample = RawValue::from_string(output.kind.sample.to_owned()).ok()?;
                Some((output.name.clone(), sample))
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples::TYPES;

    fn described(text: &str) -> Described {
        Described::new("a/b".to_owned(), Contract::read(text).unwrap())
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
            INPUT_MISSING.to_owned(),
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
        for kind in TYPES {
            let contract = format!(r#"{{"outputs": {{"a": {{"type": "{}"}}}}}}"#, kind.word);
            let outputs = described(&contract).outputs.0;
            assert_eq!(outputs[0].1.get(), kind.sample);
        }
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
    }
}
