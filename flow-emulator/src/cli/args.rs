//! The command line.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::prelude::*;

use super::flow_file::FlowFile;

/// The period of a quota that names none: the platform's own.
const DEFAULT_PERIOD: Duration = Duration::from_secs(60);

/// What the command line asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Command {
    Serve(Options),
    Help,
    Version,
}

#[derive(Debug, PartialEq)]
pub(super) struct Options {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) flows: Vec<FlowFile>,
    /// Folders.
    pub(super) contracts: Vec<PathBuf>,
    pub(super) credentials: Option<(String, String)>,
    pub(super) quota: Option<(usize, Duration)>,
    /// The seed and the rate.
    pub(super) chaos: Option<(u64, f64)>,
}

pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parser = lexopt::Parser::from_iter(args);
    let mut given = Given::default();
    while let Some(arg) = parser.next().map_err(|error| error.to_string())? {
        match arg {
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("version") | Short('V') => return Ok(Command::Version),
            Long(name) => {
                let name = name.to_owned();
                given.option(&name, &mut parser)?;
            }
            Short(name) => return Err(format!("unknown option -{name}; see --help")),
            Value(value) => {
                return Err(format!(
                    "unexpected argument `{}`; write a flow as --flow NAMESPACE/FLOW_ID=FILE",
                    value.to_string_lossy()
                ));
            }
        }
    }
    given.options().map(Command::Serve)
}

/// The options as they were given.
#[derive(Default)]
struct Given {
    host: Option<String>,
    port: u16,
    flows: Vec<FlowFile>,
    contracts: Vec<PathBuf>,
    app_id: Option<String>,
    app_secret: Option<String>,
    quota: Option<(usize, Duration)>,
    rate: Option<f64>,
    seed: Option<u64>,
}

impl Given {
    /// Reads the value of the option `--name`.
    fn option(&mut self, name: &str, parser: &mut lexopt::Parser) -> Result<(), String> {
        match name {
            "host" => self.host = Some(text(parser, "--host")?),
            "port" => self.port = number(parser, "--port", u16::MAX)?,
            "flow" => self.flow(FlowFile::parse(value(parser)?)?)?,
            "contracts" => {
                let folder = value(parser)?;
                if folder.is_empty() {
                    return Err("--contracts is empty".to_owned());
                }
                self.contracts.push(folder.into());
            }
            "app-id" => self.app_id = Some(text(parser, "--app-id")?),
            "app-secret" => self.app_secret = Some(text(parser, "--app-secret")?),
            "quota" => self.quota = Some(calls_and_period(&text(parser, "--quota")?)?),
            "chaos" => self.rate = Some(share(&text(parser, "--chaos")?)?),
            "seed" => self.seed = Some(number(parser, "--seed", u64::MAX)?),
            _ => return Err(format!("unknown option --{name}; see --help")),
        }
        Ok(())
    }

    fn flow(&mut self, flow: FlowFile) -> Result<(), String> {
        let duplicate = self
            .flows
            .iter()
            .any(|known| known.namespace == flow.namespace && known.flow_id == flow.flow_id);
        if duplicate {
            return Err(format!(
                "duplicate --flow {}/{}; a flow has one file",
                flow.namespace, flow.flow_id
            ));
        }
        self.flows.push(flow);
        Ok(())
    }

    /// Checks the options that go together, and fills in the defaults.
    fn options(self) -> Result<Options, String> {
        let credentials = match (self.app_id, self.app_secret) {
            (Some(app_id), Some(app_secret)) => Some((app_id, app_secret)),
            (None, None) => None,
            (Some(_), None) => return Err("--app-id needs --app-secret".to_owned()),
            (None, Some(_)) => return Err("--app-secret needs --app-id".to_owned()),
        };
        let chaos = match (self.rate, self.seed) {
            (Some(rate), seed) => Some((seed.unwrap_or_default(), rate)),
            (None, None) => None,
            (None, Some(_)) => return Err("--seed needs --chaos".to_owned()),
        };
        Ok(Options {
            host: self.host.unwrap_or_else(|| "127.0.0.1".to_owned()),
            port: self.port,
            flows: self.flows,
            contracts: self.contracts,
            credentials,
            quota: self.quota,
            chaos,
        })
    }
}

/// An option's value, as it is.
fn value(parser: &mut lexopt::Parser) -> Result<OsString, String> {
    parser.value().map_err(|error| error.to_string())
}

/// An option's value, which must be Unicode and not empty.
fn text(parser: &mut lexopt::Parser, option: &str) -> Result<String, String> {
    match value(parser)?.into_string() {
        Ok(text) if text.is_empty() => Err(format!("{option} is empty")),
        Ok(text) => Ok(text),
        Err(_) => Err(format!("{option} is not valid Unicode")),
    }
}

/// An option's value, an integer from 0 to the largest of its type.
fn number<T: Copy + Display + FromStr>(
    parser: &mut lexopt::Parser,
    option: &str,
    max: T,
) -> Result<T, String> {
    let given = text(parser, option)?;
    given
        .parse()
        .map_err(|_| format!("{option} must be an integer from 0 to {max}, not `{given}`"))
}

/// `N[/SECONDS]`
fn calls_and_period(given: &str) -> Result<(usize, Duration), String> {
    let (calls, period) = match given.split_once('/') {
        None => (given, Some(DEFAULT_PERIOD)),
        Some((calls, seconds)) => {
            let seconds = seconds.parse().ok();
            let period = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            (calls, period)
        }
    };
    match (calls.parse(), period) {
        (Ok(calls), Some(period)) if calls > 0 && !period.is_zero() => Ok((calls, period)),
        _ => Err(format!(
            "--quota must be N[/SECONDS] with numbers above 0, such as 100 or 5/1, not `{given}`"
        )),
    }
}

fn share(given: &str) -> Result<f64, String> {
    given
        .parse()
        .ok()
        .filter(|rate| (0.0..=1.0).contains(rate))
        .ok_or_else(|| format!("--chaos must be a number from 0 to 1, such as 0.2, not `{given}`"))
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
    fn all_options() {
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
    fn the_default_period_and_seed() {
        let options = |args: &[&str]| match parse(args) {
            Ok(Command::Serve(options)) => options,
            other => panic!("{other:?}"),
        };
        let options = options(&["--quota", "100", "--chaos", "1"]);
        assert_eq!(options.quota, Some((100, Duration::from_secs(60))));
        assert_eq!(options.chaos, Some((0, 1.0)));
    }

    #[test]
    fn invalid_numbers() {
        for given in [
            "0", "-1", "x", "1.5", "1/", "/1", "1/0", "1/-1", "1/x", "1/inf", "1/nan", "1/1/1",
            "1/1e99",
        ] {
            assert_eq!(
                parse(&["--quota", given]),
                Err(format!(
                    "--quota must be N[/SECONDS] with numbers above 0, such as 100 or 5/1, not `{given}`"
                ))
            );
        }
        for given in ["-0.1", "1.1", "nan", "20%", "x"] {
            assert_eq!(
                parse(&["--chaos", given]),
                Err(format!(
                    "--chaos must be a number from 0 to 1, such as 0.2, not `{given}`"
                ))
            );
        }
        for given in ["-1", "1.5", "x", "18446744073709551616"] {
            assert_eq!(
                parse(&["--chaos", "1", "--seed", given]),
                Err(format!(
                    "--seed must be an integer from 0 to 18446744073709551615, not `{given}`"
                ))
            );
        }
    }

    #[test]
    fn other_mistakes() {
        for (args, message) in [
            (
                vec!["--port", "70000"],
                "--port must be an integer from 0 to 65535, not `70000`",
            ),
            (vec!["--port"], "missing argument for option '--port'"),
            (vec!["--prot", "1"], "unknown option --prot; see --help"),
            (vec!["-p", "1"], "unknown option -p; see --help"),
            (vec!["--host", ""], "--host is empty"),
            (
                vec!["a/b=c"],
                "unexpected argument `a/b=c`; write a flow as --flow NAMESPACE/FLOW_ID=FILE",
            ),
            (
                vec!["--flow", "a=c"],
                "--flow must be NAMESPACE/FLOW_ID=FILE, such as package_x__c/flow_y=outputs.json, not `a=c`",
            ),
            (
                vec!["--flow", "a/b=c", "--flow", "a/b=d"],
                "duplicate --flow a/b; a flow has one file",
            ),
            (vec!["--app-id", "a"], "--app-id needs --app-secret"),
            (vec!["--contracts", ""], "--contracts is empty"),
            (
                vec!["--contracts"],
                "missing argument for option '--contracts'",
            ),
            (vec!["--seed", "1"], "--seed needs --chaos"),
            (vec!["--quota", ""], "--quota is empty"),
            (vec!["--app-secret", "a"], "--app-secret needs --app-id"),
        ] {
            assert_eq!(parse(&args), Err(message.to_owned()), "{args:?}");
        }
    }
}
