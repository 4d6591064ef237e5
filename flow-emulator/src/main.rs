//! The emulator as a program, for clients in any language.

mod args;

use std::env;
use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use apaas_flow_emulator::{Emulator, Keep};

use args::{Command, FlowFile, Options};

fn main() -> ExitCode {
    let command = match args::parse(env::args_os()) {
        Ok(command) => command,
        Err(message) => return refuse(&message),
    };
    match command {
        Command::Help => print(format_args!("{}", args::HELP)),
        Command::Version => print(format_args!(
            "apaas-flow-emulator {}\n",
            env!("CARGO_PKG_VERSION")
        )),
        Command::Serve(options) => {
            if let Err(message) = serve(options) {
                return refuse(&message);
            }
        }
    }
    ExitCode::SUCCESS
}

/// Why, on stderr, and the exit code of a command that was not right.
fn refuse(message: &str) -> ExitCode {
    tell(&format!("apaas-flow-emulator: {message}"));
    ExitCode::from(2)
}

/// A line on stderr.
fn tell(line: &str) {
    // there is nowhere else to write to
    let _ = writeln!(io::stderr(), "{line}");
}

/// What a flow is answered with.
fn answered(flow: &str, files: &[FlowFile]) -> String {
    let is_this = |known: &&FlowFile| flow == format!("{}/{}", known.namespace, known.flow_id);
    match files.iter().find(is_this) {
        Some(known) => format!("answers {flow} with {}", known.file.display()),
        None => format!("answers {flow} with samples, as its contract describes it"),
    }
}

/// Writes to stdout at once; a reader that has gone away is no reason to stop.
fn print(text: fmt::Arguments<'_>) {
    let mut stdout = io::stdout();
    let _ = stdout.write_fmt(text).and_then(|()| stdout.flush());
}

fn serve(options: Options) -> Result<(), String> {
    let mut builder = Emulator::builder()
        .host(options.host)
        .port(options.port)
        // it may run for weeks, and nobody asks it what it has seen
        .keep(Keep::CountsOfLast(args::REMEMBERED_KEYS))
        .log(tell);
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
    let emulator = builder
        .start_blocking()
        .map_err(|error| error.to_string())?;
    for flow in &options.flows {
        emulator
            .on_file(&flow.namespace, &flow.flow_id, &flow.file)
            .map_err(|error| error.to_string())?;
    }
    for flow in emulator.flows() {
        tell(&answered(&flow, &options.flows));
    }

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot wait for signals: {error}"))?;
    runtime
        .block_on(until_stopped(|| {
            print(format_args!(
                "apaas-flow-emulator listening on http://{}\n",
                emulator.address()
            ));
        }))
        .map_err(|error| format!("cannot wait for signals: {error}"))
}

/// Waits for Ctrl-C or a request to terminate; `ready` is called once neither can be missed.
#[cfg(unix)]
async fn until_stopped(ready: impl FnOnce()) -> io::Result<()> {
    use std::future::poll_fn;
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    ready();
    poll_fn(|context| {
        let interrupted = interrupt.poll_recv(context).is_ready();
        if interrupted || terminate.poll_recv(context).is_ready() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    Ok(())
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn until_stopped(ready: impl FnOnce()) -> io::Result<()> {
    ready();
    tokio::signal::ctrl_c().await
}
