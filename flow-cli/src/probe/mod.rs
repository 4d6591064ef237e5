//! `probe`: a few calls of a harmless flow, to test what is assumed about the platform.

mod finding;

use std::process::ExitCode;

use apaas_flow::{
    Client, DynamicFlow, DynamicOutput, Error, ErrorKind, Execution, Outcome, RetryPolicy,
};
use apaas_flow_contract::Shape;
use serde_json::value::RawValue;

use crate::call::{Format, flow, flow_name, inputs, typed};
use crate::contract_file;
use crate::failure::{Mistake, exit_code, print};
use crate::runtime::block_on;
use crate::settings::{Flags, Settings};
use finding::{Findings, Question};

const AFTER_HELP: &str = "\
The flow is called about six times. No value, secret or id is in the report.
Exit status: 0 the report is complete, 1 the flow could not be run, 2 usage.

Example:
  apaas-flow probe package_x__c/flow_y -i variable_name=Ada --it-is-harmless";

/// No parameter is called this.
const NO_PARAMETER: &str = "apaas_flow_probe_no_such_parameter";

const REPEATED: Question = Question {
    asks: "a key that was used, at once again",
    assumes: "an error of its own (key_used), no second run",
    settles: "Call::idempotency_key: a used key is refused; it does not replay the first run's outputs",
};

const AFTER_REFUSAL: Question = Question {
    asks: "a key whose call was refused for a parameter",
    assumes: "not known; a bulk run takes another key",
    settles: "whether a refused call uses its key up",
};

const UNKNOWN_PARAMETER: Question = Question {
    asks: "a parameter that the flow does not have",
    assumes: "refused, and the flow does not run",
    settles: "ErrorKind::Invalid and flow code k_wf_ec_2001001",
};

const MISSING_PARAMETERS: Question = Question {
    asks: "none of the parameters",
    assumes: "refused if one is required, and the flow does not run",
    settles: "flow code k_wf_ec_2001002",
};

const ASYNC: Question = Question {
    asks: "is_async: true",
    assumes: "an execution id at once, and the status in_process or none",
    settles: "Started: the reply is not documented",
};

const OUTPUTS: Question = Question {
    asks: "the outputs of a run",
    assumes: "a list of names and values, in either dialect",
    settles: "value: which form of each type a flow uses is not documented",
};

const LOG_ID: Question = Question {
    asks: "the header with the log id",
    assumes: "X-Tt-Logid, else X-Request-Id",
    settles: "Execution::log_id",
};

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// A flow that does no harm if it runs a few times
    #[arg(value_name = "NAMESPACE/FLOW_ID")]
    flow: String,
    /// An input: NAME=TEXT, NAME:=JSON, NAME=@FILE or NAME:=@FILE; can be repeated
    #[arg(short, long = "input", value_name = "INPUT")]
    input: Vec<String>,
    /// Confirm that the flow may run a few times; nothing is sent without it
    #[arg(long)]
    it_is_harmless: bool,
    /// How the report is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    flags: Flags,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    exit_code(probe(args).and_then(|(findings, is_complete)| {
        print(&match args.format {
            Format::Text => findings.text(),
            Format::Json => findings.json(),
        })?;
        Ok(u8::from(!is_complete))
    }))
}

fn probe(args: &Args) -> Result<(Findings, bool), Mistake> {
    if !args.it_is_harmless {
        return Err(Mistake::new(
            "probe runs the flow a few times on purpose; choose one that does no harm, and say so with --it-is-harmless",
        ));
    }
    let (namespace, flow_id) = flow_name(&args.flow)?;
    let settings = Settings::find(&args.flags)?;
    let contract = contract_file::find(&namespace, &flow_id)?;
    let inputs = inputs::read(None, &args.input)?;
    let inputs = typed::convert(inputs, contract.as_ref())?;
    // each call is one request, so that what comes of it is the answer to that request
    let probe = Probe {
        client: settings.client()?.retry(RetryPolicy::NEVER).build()?,
        flow: flow(&namespace, &flow_id, &inputs)?,
        without_inputs: (!inputs.is_empty())
            .then(|| flow(&namespace, &flow_id, &[]))
            .transpose()?,
    };
    let mut findings = Findings::default();
    let is_complete = block_on(probe.all(&mut findings))??;
    Ok((findings, is_complete))
}

struct Probe {
    client: Client,
    flow: DynamicFlow,
    /// Only if inputs were given.
    without_inputs: Option<DynamicFlow>,
}

impl Probe {
    /// False if the flow could not be run at all.
    async fn all(&self, findings: &mut Findings) -> apaas_flow::Result<bool> {
        let key = uuid::Uuid::new_v4().to_string();
        let first = self.call(&self.flow, &key, findings).await;
        let run = match first {
            Ok(run) => run,
            Err(error) => {
                findings.add(&OUTPUTS, end_of(&error), Some(false));
                return Ok(false);
            }
        };
        findings.add(&OUTPUTS, shapes(&run), None);
        let has_log_id = run.log_id.is_some();
        let found = if has_log_id { "it is there" } else { "none" };
        findings.add(&LOG_ID, found.to_owned(), Some(has_log_id));

        let again = self.call(&self.flow, &key, findings).await;
        let is_refused = matches!(&again, Err(error) if error.kind() == ErrorKind::KeyUsed);
        findings.add(&REPEATED, end(&again), Some(is_refused));

        self.parameters(findings).await?;

        findings.called();
        let started = self.flow.start(&self.client).await;
        let (found, as_assumed) = match &started {
            Ok(started) => {
                let id = match started.execution_id.as_str() {
                    "" => "no execution id",
                    _ => "an execution id",
                };
                let found = format!("{id}, status {:?}", started.status.as_str());
                (found, started.outcome() == Outcome::UnderWay)
            }
            Err(error) => (end_of(error), false),
        };
        findings.add(&ASYNC, found, Some(as_assumed));
        Ok(true)
    }

    /// Calls that the platform should refuse, and their keys.
    async fn parameters(&self, findings: &mut Findings) -> apaas_flow::Result<()> {
        let key = uuid::Uuid::new_v4().to_string();
        let odd = self.flow.clone().param(NO_PARAMETER, 1)?;
        let refused = self.call(&odd, &key, findings).await;
        findings.add(
            &UNKNOWN_PARAMETER,
            end(&refused),
            Some(did_not_run(&refused)),
        );
        if did_not_run(&refused) {
            let again = self.call(&self.flow, &key, findings).await;
            findings.add(&AFTER_REFUSAL, end(&again), None);
        }
        if let Some(bare) = &self.without_inputs {
            let key = uuid::Uuid::new_v4().to_string();
            let without = self.call(bare, &key, findings).await;
            let as_assumed = without.is_ok() || did_not_run(&without);
            findings.add(&MISSING_PARAMETERS, end(&without), Some(as_assumed));
        }
        Ok(())
    }

    async fn call(
        &self,
        flow: &DynamicFlow,
        key: &str,
        findings: &mut Findings,
    ) -> apaas_flow::Result<Execution<DynamicOutput>> {
        findings.called();
        flow.execute(&self.client).idempotency_key(key).await
    }
}

fn did_not_run(end: &apaas_flow::Result<Execution<DynamicOutput>>) -> bool {
    matches!(end, Err(error) if error.outcome() == Outcome::DidNotRun)
}

fn end(end: &apaas_flow::Result<Execution<DynamicOutput>>) -> String {
    match end {
        Ok(run) => format!("it ran, status {:?}", run.status.as_str()),
        Err(error) => end_of(error),
    }
}

/// An error without its messages, which are the platform's and may contain anything.
fn end_of(error: &Error) -> String {
    let mut found = format!("{}: {}", error.outcome(), error.kind().as_str());
    if let Some(code) = error.code() {
        found.push_str(&format!(", code {code}"));
    }
    if let Some(code) = error.flow_code() {
        found.push_str(&format!(", flow code {code}"));
    }
    if let Some(status) = error.http_status() {
        found.push_str(&format!(", HTTP {status}"));
    }
    found
}

/// The kinds of the outputs' values, by name.
fn shapes(run: &Execution<DynamicOutput>) -> String {
    let shape = |name: String| {
        let value = run.output.get::<Box<RawValue>>(&name);
        let shape = value.map_or("unreadable", |value| match value.get() {
            "\"\"" => "empty string",
            json => Shape::of(json).word(),
        });
        format!("{name}: {shape}")
    };
    let shapes: Vec<_> = run.output.names().into_iter().map(shape).collect();
    if shapes.is_empty() {
        "none".to_owned()
    } else {
        shapes.join(", ")
    }
}
