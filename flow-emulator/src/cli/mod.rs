//! The emulator as a program, for clients in any language.

mod args;
mod flow_file;
mod help;
mod signal;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use crate::builder::Builder;
use crate::cli::args::{Command, Options};
use crate::cli::flow_file::FlowFile;
use crate::emulator::Emulator;
use crate::handler::flow_name::flow_name;
use crate::state::retention::Retention;

/// How many idempotency keys the program remembers, as its help says.
const REMEMBERED_KEYS: usize = 1_000_000;

/// Runs the program `apaas-flow-emulator` with these arguments, of which the first is the name by which it was called.
///
/// It returns after Ctrl-C or SIGTERM. The exit code is 2 if the emulator cannot start as it was asked to.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut args = args.into_iter().peekable();
    let program = args.peek().map(Path::new).and_then(Path::file_stem);
    let program = program.unwrap_or(OsStr::new("apaas-flow-emulator"));
    let program = program.to_string_lossy().into_owned();
    let done = args::parse(args).and_then(|command| match command {
        Command::Help => {
            print(format_args!("{}", help::of(&program)));
            Ok(())
        }
        Command::Version => {
            let version = env!("CARGO_PKG_VERSION");
            print(format_args!("{program} {version}\n"));
            Ok(())
        }
        Command::Serve(options) => serve(options),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            log(&format!("{program}: {message}"));
            ExitCode::from(2)
        }
    }
}

/// Writes to stdout at once. If nobody reads it any more, the program goes on.
fn print(text: fmt::Arguments<'_>) {
    let mut stdout = io::stdout();
    let _ = stdout.write_fmt(text).and_then(|()| stdout.flush());
}

/// Writes a line to stderr.
fn log(line: &str) {
    // there is nowhere else to report a failure
    let _ = writeln!(io::stderr(), "{line}");
}

fn serve(options: Options) -> Result<(), String> {
    let flows = options.flows.clone();
    let emulator = builder(options)
        .start_blocking()
        .map_err(|error| error.to_string())?;
    for flow in &flows {
        emulator
            .on_file(&flow.namespace, &flow.flow_id, &flow.file)
            .map_err(|error| error.to_string())?;
    }
    for flow in emulator.flows() {
        log(&announcement(&flow, &flows));
    }
    log(&format!(
        "open {}/ in a browser to see requests as they come",
        emulator.url()
    ));
    if !emulator.address().ip().is_loopback() {
        log("other machines reach this address, the page and the values on it included");
    }
    serve_until_stopped(&emulator).map_err(|error| format!("cannot wait for signals: {error}"))
}

fn builder(options: Options) -> Builder {
    let mut builder = Emulator::builder()
        .host(options.host)
        .port(options.port)
        // the program may run for weeks, and has no way to show its records
        .retention(Retention::LastKeys(REMEMBERED_KEYS))
        .page()
        .log(log);
    if let Some((app_id, app_secret)) = options.credentials {
        builder = builder.app_credentials(app_id, app_secret);
    }
    if let Some((calls, period)) = options.quota {
        builder = builder.quota(calls, period);
    }
    if let Some((seed, rate)) = options.chaos {
        builder = builder.chaos(seed, rate);
    }
    for folder in options.contracts {
        builder = builder.contracts(folder);
    }
    builder
}

/// Says what a flow is answered with.
fn announcement(flow: &str, files: &[FlowFile]) -> String {
    let file = files
        .iter()
        .find(|known| flow == flow_name(&known.namespace, &known.flow_id));
    match file {
        Some(known) => format!("answers {flow} with {}", known.file.display()),
        None => format!("answers {flow} with sample values from its contract"),
    }
}

fn serve_until_stopped(emulator: &Emulator) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(signal::until_stopped(|| {
        print(format_args!(
            "apaas-flow-emulator listening on http://{}\n",
            emulator.address()
        ));
    }))
}
