//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;

pub(crate) const HELP: &str = "\
The Feishu aPaaS platform on loopback: executes flows and gives out tokens, with no tenant and no network.
Point any client at it, an official SDK for instance, by its domain or base URL.

Usage: apaas-flow-emulator [OPTIONS]

Options:
  --flow NAMESPACE/FLOW_ID=FILE  answer this flow with the outputs in FILE, a JSON object of
                                 {api name: value} such as {\"variable_total\": \"128.50\"};
                                 each value is sent as it is written; may be given several times,
                                 FILE is read once at the start
  --contracts DIR                answer each flow that has a contract, DIR/NAMESPACE/FLOW_ID.json, with
                                 sample values of its outputs' types, and refuse inputs that the
                                 contract does not know; may be given several times, and --flow goes
                                 before it; each file is read once at the start
  --port PORT                    listen on this port [default: 0, a free one]
  --host HOST                    listen on this address [default: 127.0.0.1];
                                 0.0.0.0 to be reached from other machines and containers
  --app-id ID                    give tokens to this app only [default: to any]
  --app-secret SECRET            the app's secret; goes with --app-id
  --quota N[/SECONDS]            let N executions of an app through in any 60 seconds, or in as many
                                 as given, and answer the surplus with HTTP 429 [default: no limit]
  --chaos RATE                   make this share of the execute requests go wrong, from 0 to 1, and
                                 half of it of the token requests: refused, lost, late or garbled,
                                 before and after the flow ran
  --seed N                       what the faults of --chaos are drawn from, a whole number;
                                 the same seed gives the same faults [default: 0]
  --help                         print this
  --version                      print the version

The first line on stdout says where it listens; a line for each flow that it answers and for each request
goes to stderr, without values.
The last 1000000 idempotency keys are remembered.
Ctrl-C stops it.
";

/// How many idempotency keys are remembered, as the help says.
pub(crate) const REMEMBERED_KEYS: usize = 1_000_000;

const PERIOD: Duration = Duration::from_secs(60);

/// What the command line asks for.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Serve(Options),
    Help,
    Version,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) flows: Vec<FlowFile>,
    /// Folders.
    pub(crate) contracts: Vec<PathBuf>,
    pub(crate) credentials: Option<(String, String)>,
    pub(crate) quota: Option<(usize, Duration)>,
    /// The seed and the rate.
    pub(crate) chaos: Option<(u64, f64)>,
}

/// `NAMESPACE/FLOW_ID=FILE`
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FlowFile {
    pub(crate) namespace: String,
    pub(crate) flow_id: String,
    pub(crate) file: PathBuf,
}

pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parser = lexopt::Parser::from_iter(args);
    let mut host = "127.0.0.1".to_owned();
    let mut port = 0;
    let mut flows: Vec<FlowFile> = Vec::new();
    let mut contracts: Vec<PathBuf> = Vec::new();
    let mut app_id = None;
    let mut app_secret = None;
    let mut quota = None;
    let mut rate = None;
    let mut seed = None;
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("version") | Short('V') => return Ok(Command::Version),
            Long("host") => host = text(&mut parser, "--host")?,
            Long("port") => {
                let given = text(&mut parser, "--port")?;
                port = given
                    .parse()
                    .map_err(|_| format!("--port is a number from 0 to 65535, not `{given}`"))?;
            }
            Long("flow") => {
                let flow = flow_file(parser.value().map_err(|error| error.to_string())?)?;
                let twice = flows.iter().any(|known| {
                    known.namespace == flow.namespace && known.flow_id == flow.flow_id
                });
                if twice {
                    return Err(format!(
                        "--flow {}/{} is given twice; a flow has one file",
                        flow.namespace, flow.flow_id
                    ));
                }
                flows.push(flow);
            }
            Long("contracts") => {
                let folder = parser.value().map_err(|error| error.to_string())?;
                if folder.is_empty() {
                    return Err("--contracts is empty".to_owned());
                }
                contracts.push(folder.into());
            }
            Long("app-id") => app_id = Some(text(&mut parser, "--app-id")?),
            Long("app-secret") => app_secret = Some(text(&mut parser, "--app-secret")?),
            Long("quota") => quota = Some(calls_and_period(&text(&mut parser, "--quota")?)?),
            Long("chaos") => rate = Some(share(&text(&mut parser, "--chaos")?)?),
            Long("seed") => {
                let given = text(&mut parser, "--seed")?;
                let number = given.parse().map_err(|_| {
                    format!(
                        "--seed is a whole number from 0 to {}, not `{given}`",
                        u64::MAX
                    )
                })?;
                seed = Some(number);
            }
            Long(name) => return Err(format!("unknown option --{name}; see --help")),
            Short(name) => return Err(format!("unknown option -{name}; see --help")),
            Value(value) => {
                return Err(format!(
                    "unexpected argument `{}`; a flow is given as --flow NAMESPACE/FLOW_ID=FILE",
                    value.to_string_lossy()
                ));
            }
        }
    }
    let credentials = match (app_id, app_secret) {
        (Some(app_id), Some(app_secret)) => Some((app_id, app_secret)),
        (None, None) => None,
        (Some(_), None) => return Err("--app-id needs --app-secret beside it".to_owned()),
        (None, Some(_)) => return Err("--app-secret needs --app-id beside it".to_owned()),
    };
    let chaos = match (rate, seed) {
        (Some(rate), seed) => Some((seed.unwrap_or_default(), rate)),
        (None, None) => None,
        (None, Some(_)) => return Err("--seed needs --chaos beside it".to_owned()),
    };
    Ok(Command::Serve(Options {
        host,
        port,
        flows,
        contracts,
        credentials,
        quota,
        chaos,
    }))
}

/// `N[/SECONDS]`
fn calls_and_period(given: &str) -> Result<(usize, Duration), String> {
    let (calls, period) = match given.split_once('/') {
        None => (given, Some(PERIOD)),
        Some((calls, seconds)) => {
            let seconds = seconds.parse().ok();
            let period = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            (calls, period)
        }
    };
    match (calls.parse(), period) {
        (Ok(calls), Some(period)) if calls > 0 && !period.is_zero() => Ok((calls, period)),
        _ => Err(format!(
            "--quota is N[/SECONDS], two numbers above 0 such as 100 or 5/1, not `{given}`"
        )),
    }
}

fn share(given: &str) -> Result<f64, String> {
    given
        .parse()
        .ok()
        .filter(|rate| (0.0..=1.0).contains(rate))
        .ok_or_else(|| format!("--chaos is a share from 0 to 1 such as 0.2, not `{given}`"))
}

/// An option's value, which must be Unicode and not empty.
fn text(parser: &mut lexopt::Parser, option: &str) -> Result<String, String> {
    let value = parser.value().map_err(|error| error.to_string())?;
    match value.into_string() {
        Ok(text) if text.is_empty() => Err(format!("{option} is empty")),
        Ok(text) => Ok(text),
        Err(_) => Err(format!("{option} is not valid Unicode")),
    }
}

const FLOW_FORM: &str = "NAMESPACE/FLOW_ID=FILE, such as package_x__c/flow_y=outputs.json";

fn flow_file(value: OsString) -> Result<FlowFile, String> {
    let value = value
        .into_string()
        .map_err(|_| "--flow is not valid Unicode".to_owned())?;
    let parts = value
        .split_once('=')
        .and_then(|(flow, file)| flow.split_once('/').map(|(n, f)| (n, f, file)));
    let Some((namespace, flow_id, file)) = parts.filter(|(.., file)| !file.is_empty()) else {
        return Err(format!("--flow is {FLOW_FORM}, not `{value}`"));
    };
    for (what, name) in [("namespace", namespace), ("flow id", flow_id)] {
        if let Some(flaw) = flaw(name) {
            return Err(format!(
                "the {what} of --flow {value:?} {flaw}; write {FLOW_FORM}"
            ));
        }
    }
    Ok(FlowFile {
        namespace: namespace.to_owned(),
        flow_id: flow_id.to_owned(),
        file: file.into(),
    })
}

/// Why a name can be that of no flow: it is one segment of the request path.
fn flaw(name: &str) -> Option<&'static str> {
    match name {
        "" => Some("is empty"),
        "." | ".." => Some("is a step between folders"),
        _ if name.contains('/') => Some("contains a `/`"),
        _ if name.contains(char::is_whitespace) => Some("contains a space"),
        _ if name.contains(char::is_control) => Some("contains a control character"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Command, String> {
        super::parse(
            std::iter::once("program")
                .chain(args.iter().copied())
                .map(OsString::from),
        )
    }

    #[test]
    fn defaults() {
        assert_eq!(
            parse(&[]),
            Ok(Command::Serve(Options {
                host: "127.0.0.1".to_owned(),
                port: 0,
                flows: Vec::new(),
                contracts: Vec::new(),
                credentials: None,
                quota: None,
                chaos: None,
            }))
        );
    }

    #[test]
    fn everything() {
        let args = "--port 7800 --host 0.0.0.0 --flow a/b=c=d/e.json --flow=a/c=f --contracts flows --contracts=a/b --app-id i --app-secret s \
                    --quota 5/1.5 --chaos 0.25 --seed 18446744073709551615";
        let flow = |flow_id: &str, file: &str| FlowFile {
            namespace: "a".to_owned(),
            flow_id: flow_id.to_owned(),
            file: file.into(),
        };
        assert_eq!(
            parse(&args.split(' ').collect::<Vec<_>>()),
            Ok(Command::Serve(Options {
                host: "0.0.0.0".to_owned(),
                port: 7800,
                flows: vec![flow("b", "c=d/e.json"), flow("c", "f")],
                contracts: vec!["flows".into(), "a/b".into()],
                credentials: Some(("i".to_owned(), "s".to_owned())),
                quota: Some((5, Duration::from_millis(1500))),
                chaos: Some((u64::MAX, 0.25)),
            }))
        );
        assert_eq!(parse(&["--help"]), Ok(Command::Help));
        assert_eq!(parse(&["--version"]), Ok(Command::Version));
    }

    #[test]
    fn defaults_of_what_is_given_in_part() {
        let options = |args: &[&str]| match parse(args) {
            Ok(Command::Serve(options)) => options,
            other => panic!("{other:?}"),
        };
        let options = options(&["--quota", "100", "--chaos", "1"]);
        assert_eq!(options.quota, Some((100, Duration::from_secs(60))));
        assert_eq!(options.chaos, Some((0, 1.0)));
    }

    #[test]
    fn numbers_that_are_none() {
        for given in [
            "0", "-1", "x", "1.5", "1/", "/1", "1/0", "1/-1", "1/x", "1/inf", "1/nan", "1/1/1",
            "1/1e99",
        ] {
            assert_eq!(
                parse(&["--quota", given]),
                Err(format!(
                    "--quota is N[/SECONDS], two numbers above 0 such as 100 or 5/1, not `{given}`"
                ))
            );
        }
        for given in ["-0.1", "1.1", "nan", "20%", "x"] {
            assert_eq!(
                parse(&["--chaos", given]),
                Err(format!(
                    "--chaos is a share from 0 to 1 such as 0.2, not `{given}`"
                ))
            );
        }
        for given in ["-1", "1.5", "x", "18446744073709551616"] {
            assert_eq!(
                parse(&["--chaos", "1", "--seed", given]),
                Err(format!(
                    "--seed is a whole number from 0 to 18446744073709551615, not `{given}`"
                ))
            );
        }
    }

    #[test]
    fn names_that_no_flow_has() {
        for (given, flaw) in [
            (
                "../x=f",
                r#"the namespace of --flow "../x=f" is a step between folders"#,
            ),
            (
                "x/.=f",
                r#"the flow id of --flow "x/.=f" is a step between folders"#,
            ),
            (
                "a/b/c=f",
                r#"the flow id of --flow "a/b/c=f" contains a `/`"#,
            ),
            (
                "a b/c=f",
                r#"the namespace of --flow "a b/c=f" contains a space"#,
            ),
            (
                "a/b\n=f",
                r#"the flow id of --flow "a/b\n=f" contains a space"#,
            ),
            (
                "a\0/b=f",
                r#"the namespace of --flow "a\0/b=f" contains a control character"#,
            ),
            ("/b=f", r#"the namespace of --flow "/b=f" is empty"#),
            ("a/=f", r#"the flow id of --flow "a/=f" is empty"#),
        ] {
            assert_eq!(
                parse(&["--flow", given]),
                Err(format!(
                    "{flaw}; write NAMESPACE/FLOW_ID=FILE, such as package_x__c/flow_y=outputs.json"
                ))
            );
        }
    }

    #[test]
    fn messages() {
        for (args, message) in [
            (
                vec!["--port", "70000"],
                "--port is a number from 0 to 65535, not `70000`",
            ),
            (vec!["--port"], "missing argument for option '--port'"),
            (vec!["--prot", "1"], "unknown option --prot; see --help"),
            (vec!["-p", "1"], "unknown option -p; see --help"),
            (vec!["--host", ""], "--host is empty"),
            (
                vec!["a/b=c"],
                "unexpected argument `a/b=c`; a flow is given as --flow NAMESPACE/FLOW_ID=FILE",
            ),
            (
                vec!["--flow", "a=c"],
                "--flow is NAMESPACE/FLOW_ID=FILE, such as package_x__c/flow_y=outputs.json, not `a=c`",
            ),
            (
                vec!["--flow", "a/b=c", "--flow", "a/b=d"],
                "--flow a/b is given twice; a flow has one file",
            ),
            (
                vec!["--app-id", "a"],
                "--app-id needs --app-secret beside it",
            ),
            (vec!["--contracts", ""], "--contracts is empty"),
            (
                vec!["--contracts"],
                "missing argument for option '--contracts'",
            ),
            (vec!["--seed", "1"], "--seed needs --chaos beside it"),
            (vec!["--quota", ""], "--quota is empty"),
            (
                vec!["--app-secret", "a"],
                "--app-secret needs --app-id beside it",
            ),
        ] {
            assert_eq!(parse(&args), Err(message.to_owned()), "{args:?}");
        }
    }
}
