//! `bulk`: calls a flow for each row of a file, with a journal.

mod counts;
mod export;
mod failure;
mod key;
mod outputs;
mod plan;
mod progress;
mod rows;
mod run;
mod same_file;
mod source;
mod status;
mod summary;

use std::process::ExitCode;

use clap::Subcommand;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Call a flow for each row of a file; started again, it sends what is left
    Run(run::Args),
    /// Show how many rows of a journal are in each state
    Status(status::Args),
    /// Write the rows of a journal as CSV
    Export(export::Args),
}

pub(crate) fn run(args: Args) -> ExitCode {
    match args.command {
        Command::Run(args) => run::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Export(args) => export::run(&args),
    }
}
