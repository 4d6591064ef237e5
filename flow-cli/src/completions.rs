//! `completions`: a shell's completion script.

use std::process::ExitCode;

use clap_complete::Shell;

use crate::failure::{exit_code, print};

const AFTER_HELP: &str = "\
Examples:
  source <(apaas-flow completions bash)
  apaas-flow completions zsh > \"${fpath[1]}/_apaas-flow\"";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &Args, mut program: clap::Command) -> ExitCode {
    let name = program.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, name, &mut script);
    exit_code(print(&String::from_utf8_lossy(&script)).map(|()| 0))
}
