//! `call`: calls any flow, given its names.

pub(crate) mod dry_run;
pub(crate) mod inputs;
pub(crate) mod outputs;
mod report;
pub(crate) mod typed;
mod waiting;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use apaas_flow::{Call, CallCounts, Client, DynamicFlow};
use clap::ValueEnum;
use serde_json::value::RawValue;

use crate::contract_file;
use crate::failure::{Mistake, complain, exit_code, print};
use crate::runtime::{block_on, interrupt};
use crate::settings::{Flags, Settings};
use report::Report;
use waiting::Waiting;

/// Where the exit statuses are listed for the user.
const AFTER_HELP: &str = "\
Exit status: 0 the flow ran (with --start: was started), 1 did not run,
2 usage or settings, 3 may have run, 4 ran and failed, or its outputs cannot be
read or printed, 5 under way.

Example:
  apaas-flow call package_x__c/flow_y -i variable_name=Ada -i 'variable_n:=3'";

/// How many milliseconds to wait for the end of a dropped call; after that, the call counts as one that may have run.
const SETTLING: u32 = 1000;

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The flow: its app's namespace (命名空间) and its own api name
    #[arg(value_name = "NAMESPACE/FLOW_ID")]
    flow: String,
    /// An input: NAME=TEXT, NAME:=JSON, NAME=@FILE or NAME:=@FILE; can be repeated
    #[arg(short, long = "input", value_name = "INPUT")]
    input: Vec<String>,
    /// A file with one JSON object of inputs; `-` is stdin
    #[arg(long, value_name = "FILE|-")]
    inputs: Option<String>,
    /// The idempotency key, under which the flow runs at most once [default: a random one]
    #[arg(long)]
    key: Option<String>,
    /// Start the flow and do not wait for its end
    #[arg(long)]
    start: bool,
    /// Send nothing; show the request
    #[arg(long)]
    dry_run: bool,
    /// How the result is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Record the flow's contract in this folder: names and types, never values
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// The time for the token and all attempts, without pauses that the platform asks for [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
}

/// A call, once everything about it is known.
struct Prepared {
    flow: DynamicFlow,
    settings: Settings,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    let report = match prepare(args) {
        Ok(prepared) if args.dry_run => match dry_run(args, &prepared) {
            Ok(request) => return exit_code(print(&request).map(|()| 0)),
            Err(mistake) => Report::usage(&args.flow, &mistake.0),
        },
        Ok(prepared) => {
            send(args, &prepared).unwrap_or_else(|mistake| Report::usage(&args.flow, &mistake.0))
        }
        Err(mistake) => Report::usage(&args.flow, &mistake.0),
    };
    let printed = print(&match args.format {
        Format::Json => report.json(),
        Format::Text => report.text(),
    });
    if let (Format::Text, Some(complaint)) = (args.format, report.complaint()) {
        complain(complaint);
    }
    let exit = match printed {
        Ok(()) => report.exit(),
        Err(mistake) => {
            complain(mistake);
            report.exit_unprinted()
        }
    };
    ExitCode::from(exit)
}

fn prepare(args: &Args) -> Result<Prepared, Mistake> {
    let (namespace, flow_id) = flow_name(&args.flow)?;
    if args.key.as_deref().is_some_and(str::is_empty) {
        return Err(Mistake::new(
            "--key is empty; leave it out to get a random one",
        ));
    }
    let settings = Settings::find(&args.flags)?;
    let inputs = inputs::read(args.inputs.as_deref(), &args.input)?;
    let contract = contract_file::find(&namespace, &flow_id)?;
    let inputs = typed::convert(inputs, contract.as_ref())?;
    settings.operator()?;
    Ok(Prepared {
        flow: flow(&namespace, &flow_id, &inputs)?,
        settings,
    })
}

/// The flow with its inputs.
pub(crate) fn flow(
    namespace: &str,
    flow_id: &str,
    inputs: &[(String, Box<RawValue>)],
) -> Result<DynamicFlow, Mistake> {
    let mut flow = DynamicFlow::new(namespace, flow_id)?;
    for (name, value) in inputs {
        flow = flow.param(name, value)?;
    }
    Ok(flow)
}

/// `NAMESPACE/FLOW_ID`
pub(crate) fn flow_name(text: &str) -> Result<(String, String), Mistake> {
    match text.split_once('/') {
        Some((namespace, flow_id))
            if !namespace.trim().is_empty()
                && !flow_id.trim().is_empty()
                && !flow_id.contains('/') =>
        {
            Ok((namespace.to_owned(), flow_id.to_owned()))
        }
        _ => Err(Mistake::new(format!(
            "the flow must be NAMESPACE/FLOW_ID, such as package_x__c/flow_y, not `{text}`"
        ))),
    }
}

/// The request, as it is shown.
fn dry_run(args: &Args, prepared: &Prepared) -> Result<String, Mistake> {
    prepared.settings.check_base_url()?;
    let key = match &args.key {
        Some(key) => key.clone(),
        None => uuid::Uuid::new_v4().to_string(),
    };
    let request = dry_run::Request::new(&dry_run::Parts {
        base_url: &prepared.settings.base_url.value,
        flow: &prepared.flow,
        operator: prepared.settings.operator()?,
        key: &key,
        start: args.start,
    });
    Ok(match args.format {
        Format::Text => request.text(),
        Format::Json => request.json() + "\n",
    })
}

fn send(args: &Args, prepared: &Prepared) -> Result<Report, Mistake> {
    let mut builder = prepared.settings.client()?;
    if let Some(folder) = &args.record {
        builder = builder.record_contracts(folder);
    }
    let (client, flow) = (builder.build()?, &prepared.flow);
    let sent = block_on(async {
        if args.start {
            let call = with_options(flow.start(&client), args);
            until_interrupted(&args.flow, &client, call, Report::started).await
        } else {
            let call = with_options(flow.execute(&client), args);
            until_interrupted(&args.flow, &client, call, Report::ran).await
        }
    });
    if let Some(folder) = &args.record {
        let contract = folder.join(format!("{}.json", args.flow));
        if contract.is_file() {
            complain(format_args!("the contract is in {}", contract.display()));
        }
    }
    sent
}

fn with_options<R>(mut call: Call<R>, args: &Args) -> Call<R> {
    if let Some(key) = &args.key {
        call = call.idempotency_key(key);
    }
    if let Some(timeout) = args.timeout {
        call = call.timeout(timeout);
    }
    call
}

/// The call's end, or its state at Ctrl-C or SIGTERM.
async fn until_interrupted<R>(
    label: &str,
    client: &Client,
    call: Call<R>,
    succeeded: fn(&str, R) -> Report,
) -> Report {
    let key = call.key().to_owned();
    let waiting = Waiting::new();
    let end = tokio::select! {
        end = call => Some(end),
        () = interrupt() => None,
        () = waiting.tell(client) => None,
    };
    drop(waiting);
    match end {
        Some(Ok(run)) => succeeded(label, run),
        Some(Err(error)) => Report::failed(label, &error),
        // the call is dropped by now: no attempt begins after this
        None => {
            let ended = settled(client).await;
            let attempts = u32::try_from(client.stats().attempts).unwrap_or(u32::MAX);
            Report::interrupted(label, &key, attempts, ended)
        }
    }
}

/// The outcome of a client's only call when it was dropped, which the client's own thread records a moment later.
async fn settled(client: &Client) -> CallCounts {
    for _ in 0..SETTLING {
        let calls = client.stats().calls;
        if calls.total() > 0 {
            return calls;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    client.stats().calls
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok();
    let seconds = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|seconds| !seconds.is_zero())
        .ok_or_else(|| "must be a number of seconds above 0".to_owned())
}
