//! `emulate`: runs the emulator, with its own command line.

use std::ffi::OsString;
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The emulator's own arguments; see `apaas-flow emulate --help`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

pub(crate) fn run(args: Args) -> ExitCode {
    let program = OsString::from("apaas-flow emulate");
    apaas_flow_emulator::cli::run(std::iter::once(program).chain(args.rest))
}
