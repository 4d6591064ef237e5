//! The text of `--help`.

/// Of the program under the name by which it was called.
pub(super) fn of(program: &str) -> String {
    HELP.replace("PROGRAM", program)
}

const HELP: &str = "\
The Feishu aPaaS platform on loopback: executes flows and issues tokens, with no tenant and no network.
Point any client at it, such as an official SDK, by its domain or base URL.

Usage: PROGRAM [OPTIONS]

Options:
  --flow NAMESPACE/FLOW_ID=FILE  answer this flow with the outputs in FILE, a JSON object of
                                 {api name: value} such as {\"variable_total\": \"128.50\"};
                                 values are sent exactly as they are written; can be repeated;
                                 FILE is read once, at the start
  --contracts DIR                answer each flow that has a contract, DIR/NAMESPACE/FLOW_ID.json, with
                                 sample values of its outputs' types, and refuse inputs that are not
                                 in the contract; can be repeated; --flow takes precedence;
                                 the files are read once, at the start
  --port PORT                    listen on this port [default: 0, any free one]
  --host HOST                    listen on this address [default: 127.0.0.1];
                                 0.0.0.0 to be reached from other machines and containers
  --app-id ID                    issue tokens to this app only [default: to any app]
  --app-secret SECRET            the app's secret; needs --app-id
  --quota N[/SECONDS]            allow at most N executions per app in any window of 60 seconds, or of
                                 SECONDS, and answer the rest with HTTP 429 [default: no limit]
  --chaos RATE                   make this share of the execute requests fail, from 0 to 1, and half
                                 that share of the token requests: refused, lost, late or garbled,
                                 before or after the flow runs
  --seed N                       the seed of --chaos, an integer: the same seed gives the same faults
                                 [default: 0]
  --help                         print this help
  --version                      print the version

The same address, opened in a browser, shows requests and runs as they come, with their values, and
injects faults.
The first line on stdout says where the emulator listens. Stderr has a line for each flow that is
answered, and one for each request, without values.
The last 1000000 idempotency keys are remembered.
Ctrl-C stops it.

Example:
  PROGRAM --port 7800 --contracts flows
";
