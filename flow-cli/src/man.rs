//! `man`: the manual pages.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap_mangen::Man;

use crate::failure::{Mistake, exit_code, print};

const AFTER_HELP: &str = "\
Examples:
  apaas-flow man | man -l -
  apaas-flow man ~/.local/share/man/man1";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The folder for the pages of all commands [default: print the program's own page]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, program: clap::Command) -> ExitCode {
    exit_code(match &args.folder {
        None => {
            let mut page = Vec::new();
            // cannot fail: a Vec takes all that is written
            let _ = Man::new(program).render(&mut page);
            print(&String::from_utf8_lossy(&page)).map(|()| 0)
        }
        Some(folder) => write(folder, program).map(|()| 0).map_err(|error| {
            let name = folder.display();
            Mistake::new(format!("cannot write to {name}: {error}"))
        }),
    })
}

fn write(folder: &Path, program: clap::Command) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(program, folder)
}
