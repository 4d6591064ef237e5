//! `doctor`: what a call needs, one check after the other. It runs no flow.

mod check;
mod network;

use std::process::ExitCode;
use std::time::Duration;

use apaas_flow::{Client, DynamicFlow, Error, ErrorKind, FEISHU, Outcome};
use apaas_flow_contract::{Contract, Side};

use crate::call::{Format, flow_name};
use crate::contract_file;
use crate::failure::{Mistake, exit_code, print};
use crate::runtime::block_on;
use crate::settings::{Flags, Settings};
use check::{Check, Checks};
use network::Address;

const AFTER_HELP: &str = "\
No flow is run: the permission is tried with a flow id that cannot exist.
Whether the flow of --flow exists is not checked, since that would run it.
Exit status: 0 all is well, 1 a check failed, 2 usage.

Example:
  apaas-flow doctor --flow package_x__c/flow_y";

/// The timeout: a person is waiting for the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// No flow has this id: the platform never makes one like it.
const NO_FLOW: &str = "apaas_flow_doctor_no_such_flow";

/// The app's page in the developer console is below this.
const CONSOLE: &str = "https://open.feishu.cn/app/";

/// How the low-code app's admin authorises the app.
const SECOND_GRANT: &str = "https://ae.feishu.cn/hc/zh-CN/articles/608213399053";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Also check this flow's contract, and try the permission in its namespace
    #[arg(long, value_name = "NAMESPACE/FLOW_ID")]
    flow: Option<String>,
    /// How the checks are shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    flags: Flags,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    exit_code(examine(args).and_then(|checks| {
        print(&match args.format {
            Format::Text => checks.text(),
            Format::Json => checks.json(),
        })?;
        Ok(u8::from(checks.any_failed()))
    }))
}

fn examine(args: &Args) -> Result<Checks, Mistake> {
    let flow = args.flow.as_deref().map(flow_name).transpose()?;
    let mut checks = Checks::default();
    let settings = match Settings::find(&args.flags) {
        Ok(settings) => settings,
        Err(mistake) => {
            checks.push(Check::failed("settings", "cannot be read", &mistake.0));
            return Ok(checks);
        }
    };
    of_settings(&settings, &mut checks);
    if let Some((namespace, flow_id)) = &flow {
        checks.push(of_contract(namespace, flow_id));
    }
    if checks.any_failed() {
        checks.push(Check::skipped("platform", "tried once the above is fixed"));
    } else {
        let namespace = flow.as_ref().map(|(namespace, _)| namespace.as_str());
        if let Err(mistake) = of_platform(&settings, namespace, &mut checks) {
            checks.push(Check::failed("settings", "cannot be used", &mistake.0));
        }
    }
    if flow.is_some() {
        checks.push(Check::skipped(
            "flow",
            "whether it exists is not checked, since calling it would run it",
        ));
    }
    checks.push(unknown(&settings));
    Ok(checks)
}

fn of_settings(settings: &Settings, checks: &mut Checks) {
    checks.push(match &settings.app_id {
        Some(id) => Check::passed("app id", &format!("{} ({})", id.value, id.from)),
        None => Check::failed(
            "app id",
            "not set",
            "set APAAS_APP_ID to the App ID of your custom app (企业自建应用), from the developer console",
        ),
    });
    checks.push(match settings.check_secret() {
        Ok(Some(from)) => Check::passed("app secret", &format!("set ({from})")),
        Ok(None) => Check::failed(
            "app secret",
            "not set",
            "set APAAS_APP_SECRET, or APAAS_APP_SECRET_FILE to a file with it",
        ),
        Err(mistake) => Check::failed(
            "app secret",
            &mistake.0,
            "write the App Secret, from the developer console, into that file, readable to you alone, or name another file",
        ),
    });
    checks.push(match &settings.operator {
        Some(operator) => Check::passed("operator", &format!("set ({})", operator.from)),
        None => Check::failed(
            "operator",
            "not set",
            "set APAAS_OPERATOR_ID to the user's `_id` on the low-code platform, or APAAS_OPERATOR_EMAIL; an open_id is neither",
        ),
    });
    let url = &settings.base_url;
    checks.push(match settings.check_base_url() {
        Ok(()) => Check::passed("base URL", &format!("{} ({})", url.value, url.from)),
        // not the value: it may have a password
        Err(mistake) => Check::failed("base URL", &format!("set ({})", url.from), &mistake.0),
    });
    checks.push(network::proxy(&Address::of(&url.value)));
}

fn of_contract(namespace: &str, flow_id: &str) -> Check {
    match contract_file::find(namespace, flow_id) {
        Ok(Some((file, contract))) => Check::passed(
            "contract",
            &format!(
                "{} (inputs: {}, outputs: {})",
                file.display(),
                counted(&contract, Side::Inputs),
                counted(&contract, Side::Outputs)
            ),
        ),
        Ok(None) => Check::skipped(
            "contract",
            &format!(
                "there is no flows/{namespace}/{flow_id}.json; `apaas-flow call ... --record flows` writes one"
            ),
        ),
        Err(mistake) => Check::failed("contract", "cannot be read", &mistake.0),
    }
}

fn counted(contract: &Contract, side: Side) -> String {
    match contract.entries(side) {
        Some(entries) => entries.names().count().to_string(),
        None => "not listed".to_owned(),
    }
}

/// The checks that need a connection.
fn of_platform(
    settings: &Settings,
    namespace: Option<&str>,
    checks: &mut Checks,
) -> Result<(), Mistake> {
    let client = settings.client()?.timeout(PATIENCE).build()?;
    block_on(connect(&client, settings, namespace, checks))
}

async fn connect(
    client: &Client,
    settings: &Settings,
    namespace: Option<&str>,
    checks: &mut Checks,
) {
    let host = &settings.base_url.value;
    let answers = Check::passed("platform", &format!("{host} answers"));
    let tls = if Address::of(host).is_https {
        Check::passed("TLS", "the server's certificate is trusted")
    } else {
        Check::skipped("TLS", "none: the base URL is http://")
    };
    match client.verify().await {
        Ok(()) => {
            checks.push(answers);
            checks.push(tls);
            checks.push(network::clock(client).await);
            let lives = match client.stats().token_expires_in {
                Some(time) => format!("obtained, {} min left", time.as_secs() / 60),
                None => "obtained".to_owned(),
            };
            checks.push(Check::passed("token", &lives));
        }
        Err(error) => {
            // a code is the platform's own; a proxy's page has none
            if error.code().is_some() {
                checks.push(answers);
                checks.push(tls);
                checks.push(network::clock(client).await);
                checks.push(Check::failed("token", "refused", &error.to_string()));
            } else if is_of_tls(&error) {
                let cure = error.to_string();
                checks.push(Check::failed("TLS", "no trusted connection", &cure));
            } else {
                checks.push(Check::failed(
                    "platform",
                    "no answer of its own",
                    &error.to_string(),
                ));
            }
            checks.push(Check::skipped(
                "permission",
                "there is no token to try it with",
            ));
            return;
        }
    }
    checks.push(match namespace {
        None => Check::skipped("permission", "give --flow NAMESPACE/FLOW_ID to try it"),
        Some(namespace) => of_permission(client, settings, namespace).await,
    });
}

/// The library has no error kind for TLS, but its messages name the cause.
fn is_of_tls(error: &Error) -> bool {
    let message = error.to_string();
    error.kind() == ErrorKind::Connect
        && (message.contains("certificate") || message.contains("TLS"))
}

/// Checks the scope and the address by calling a flow that does not exist.
async fn of_permission(client: &Client, settings: &Settings, namespace: &str) -> Check {
    const NAME: &str = "permission";

    let call = match DynamicFlow::new(namespace, NO_FLOW) {
        Ok(flow) => flow.execute(client),
        Err(error) => return Check::failed(NAME, "cannot be tried", &error.to_string()),
    };
    match call.await {
        Ok(_) => Check::failed(
            NAME,
            "a flow that cannot exist ran",
            "is this the platform?",
        ),
        Err(error) if error.kind() == ErrorKind::Permission => {
            let app = settings.app_id.as_ref().map_or("", |id| &id.value);
            let cure = format!(
                "{error}; grant the scope app_engine:flow:write and publish a version of the app: {CONSOLE}{app}/auth"
            );
            Check::failed(NAME, "refused", &cure)
        }
        Err(error) if was_looked_for(&error) => Check::passed(
            NAME,
            "a call with a flow id that cannot exist was refused for the flow, not for want of a permission",
        ),
        Err(error) => Check::failed(NAME, "not known", &error.to_string()),
    }
}

/// Whether the call got past the gateway: it was refused for its flow, and did not run.
fn was_looked_for(error: &Error) -> bool {
    error.outcome() == Outcome::DidNotRun
        && matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Flow)
}

/// What no check can see, and a text to ask for it.
fn unknown(settings: &Settings) -> Check {
    let app = settings.app_id.as_ref().map_or("<App ID>", |id| &id.value);
    let feishu = if settings.base_url.value.starts_with(FEISHU) {
        ""
    } else {
        " (another platform than Feishu: its pages differ)"
    };
    Check::skipped(
        "admin's grant",
        &format!(
            "cannot be seen from here, nor whether the operator may run a flow{feishu}; {SECOND_GRANT} tells how, and this is what to send to the low-code app's admin: 请在低代码应用中为 App ID {app} 授权，并勾选需要调用的流程。"
        ),
    )
}
