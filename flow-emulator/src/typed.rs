//! All that is asked of the runtime: a flow's own types, a client, and the error of a start. What passes between the
//! two is the text of a JSON object of `{api name: value}`; on the wire each has its own reading of the document.

use std::io;
use std::marker::PhantomData;
use std::time::Duration;

use apaas_flow_runtime::{
    Client, Emulated, Error, ErrorKind, Operator, Quota, Result, RetryPolicy, emulated,
};

use crate::described::INPUT_MISSING;
use crate::failure::Failure;
use crate::flows::{self, Ended, Handler, Run};
use crate::json;
use crate::request::Params;
use crate::token::Credentials;

/// The operator of [`Emulator::client`](crate::Emulator::client): the document's own.
const OPERATOR: i64 = 1111;

const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// A handler of a flow's own types.
pub(crate) struct Typed<F, H> {
    handler: H,
    input: PhantomData<fn(F)>,
}

impl<F: Emulated, H> Typed<F, H> {
    pub(crate) fn new(handler: H) -> Self {
        Self {
            handler,
            input: PhantomData,
        }
    }

    pub(crate) fn flow() -> String {
        flows::name(F::NAMESPACE, F::FLOW_ID)
    }
}

impl<F, H> Handler for Typed<F, H>
where
    F: Emulated + 'static,
    H: Fn(F) -> Result<F::Output, Failure> + Send + Sync,
{
    fn prepare<'a>(&'a self, params: &'a Params) -> Result<Run<'a>, Failure> {
        let input: F = emulated::read_params(&params.text).map_err(|error| {
            let flow = Self::flow();
            // of the engine's codes the nearest to inputs that do not fit
            Failure::new(
                INPUT_MISSING,
                format!("params do not fit the inputs of flow {flow}: {error}"),
            )
        })?;
        Ok(Box::new(|| {
            let output = (self.handler)(input)?;
            let text = emulated::write_outputs::<F>(&output).map_err(|error| {
                Ended::Broken(format!("returned outputs that cannot be written: {error}"))
            })?;
            json::object(&text).map_err(|found| Ended::Broken(format!("returned {found}")))
        }))
    }
}

/// A client of the emulator at `url`.
pub(crate) fn client(url: &str, credentials: Option<&Credentials>) -> Result<Client> {
    let (app_id, app_secret) = credentials.map_or(("cli_emulator", "secret"), |credentials| {
        (credentials.app_id.as_str(), credentials.app_secret.as_str())
    });
    Client::builder()
        .app_credentials(app_id, app_secret)
        .operator(Operator::id(OPERATOR))
        .base_url(url)
        .allow_plain_http(true)
        // What takes time on the real platform need not in a test.
        .quota(Quota::UNLIMITED)
        .retry(RetryPolicy::default().backoff(SHORTEST_PAUSE, LONGEST_PAUSE))
        .build()
}

/// Why the emulator could not start, and what to do about it.
pub(crate) fn not_started(host: &str, port: u16, error: &io::Error) -> Error {
    let cure = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "; another program listens there: stop it, or choose another port (0 takes a free one)"
        }
        io::ErrorKind::PermissionDenied => "; ports below 1024 are reserved: choose a higher one",
        io::ErrorKind::AddrNotAvailable => "; this machine does not have this address",
        _ => "",
    };
    Error::new(
        ErrorKind::Config,
        format!("the emulator cannot listen on {host} port {port}: {error}{cure}"),
    )
}
