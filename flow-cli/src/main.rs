//! `apaas-flow`: calls flows of the Feishu low-code platform from the command line.

#![allow(
    clippy::format_push_string,
    reason = "a few short texts in each run of the program"
)]
#![allow(
    clippy::doc_markdown,
    reason = "an argument's doc comment is its help, which shows backticks as they are"
)]

mod bulk;
mod call;
mod completions;
mod contract_file;
mod doctor;
mod emulate;
mod failure;
mod generate;
mod man;
mod probe;
mod quota;
mod runtime;
mod settings;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

const AFTER_HELP: &str = "\
Credentials: APAAS_APP_ID and APAAS_APP_SECRET (or APAAS_APP_SECRET_FILE), or a
profile of apaas-flow.toml. A secret is never passed as an argument.
Start with `apaas-flow doctor`.";

/// Calls flows of the Feishu low-code platform (飞书低代码平台, aPaaS)
#[derive(Parser)]
#[command(name = "apaas-flow", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Call a flow and show the outcome
    Call(call::Args),
    /// Call a flow for each row of a file, with a journal
    Bulk(bulk::Args),
    /// Check settings, connection, token and permission; runs no flow
    Doctor(doctor::Args),
    /// Run a harmless flow a few times to see what the platform does
    Probe(probe::Args),
    /// Write annotated structs from contracts or saved replies
    Generate(generate::Args),
    /// Run the emulator: the platform on this machine, for tests
    #[command(disable_help_flag = true)]
    Emulate(emulate::Args),
    /// Print a shell's completion script
    Completions(completions::Args),
    /// Print the manual page, or write those of all commands
    Man(man::Args),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Call(args) => call::run(&args),
        Command::Bulk(args) => bulk::run(args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Probe(args) => probe::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Emulate(args) => emulate::run(args),
        Command::Completions(args) => completions::run(&args, Cli::command()),
        Command::Man(args) => man::run(&args, Cli::command()),
    }
}
