//! `generate`: annotated structs from contracts or saved replies.

mod mark;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use apaas_flow::contract::generate::{from_contracts, from_replies};

use crate::call::flow_name;
use crate::failure::{Mistake, complain, exit_code, print};

const AFTER_HELP: &str = "\
A reply is a whole one, its out_params alone, or the output of `apaas-flow call
--format json`. Several replies show which outputs are optional.
A file that was edited, or that generate did not write, is kept: the first line
of what it writes has a hash of the rest. --force overwrites any file.
Exit status: 0 done, 1 with --check: the file is not what would be written,
2 usage, or the file is kept.

Examples:
  apaas-flow generate flows -o src/flows.rs
  apaas-flow generate --reply reply.json --flow package_x__c/flow_y";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Contracts, or folders of contracts
    #[arg(value_name = "PATH", required_unless_present = "reply")]
    contracts: Vec<PathBuf>,
    /// A saved reply; can be repeated
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "contracts",
        requires = "flow"
    )]
    reply: Vec<PathBuf>,
    /// The flow that the replies are from
    #[arg(long, value_name = "NAMESPACE/FLOW_ID", requires = "reply")]
    flow: Option<String>,
    /// The file to write [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write nothing; fail if the file is not up to date
    #[arg(long, requires = "output")]
    check: bool,
    /// Overwrite the file even if it was edited, or is not one that generate wrote
    #[arg(long, requires = "output", conflicts_with = "check")]
    force: bool,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    exit_code(generate(args).map(|is_done| u8::from(!is_done)))
}

/// False if a file that is checked is not what would be written.
fn generate(args: &Args) -> Result<bool, Mistake> {
    let source = mark::marked(&formatted(source(args)?));
    let Some(file) = &args.output else {
        return print(&source).map(|()| true);
    };
    let name = file.display();
    if args.check {
        let is_same = file.is_file()
            && fs::read_to_string(file).is_ok_and(|text| mark::plain(&text) == source);
        if !is_same {
            complain(format_args!(
                "{name} is not what would be written; run the same command without --check"
            ));
        }
        return Ok(is_same);
    }
    // a device or a pipe keeps nothing, and may wait for ever to be read
    if !args.force && file.is_file() {
        let found = mark::plain(&read(file)?);
        if found == source {
            return Ok(true);
        }
        if !found.trim().is_empty() && !mark::is_unedited(&found) {
            return Err(Mistake::new(format!(
                "{name} has been edited or reformatted since `apaas-flow generate` wrote it, or was not written by it; it was left unchanged: choose another -o, or overwrite it with --force"
            )));
        }
    }
    fs::write(file, source)
        .map(|()| true)
        .map_err(|error| Mistake::new(format!("cannot write {name}: {error}")))
}

fn source(args: &Args) -> Result<String, Mistake> {
    let Some(flow) = &args.flow else {
        return Ok(from_contracts(&args.contracts)?);
    };
    let (namespace, flow_id) = flow_name(flow)?;
    let replies = args.reply.iter().map(|file| read(file));
    let replies = replies.collect::<Result<Vec<_>, _>>()?;
    // without a reply, what is wrong is the names; each alone, it is that file's
    from_replies::<&str>(&namespace, &flow_id, &[])?;
    for (file, reply) in args.reply.iter().zip(&replies) {
        from_replies(&namespace, &flow_id, &[reply])
            .map_err(|error| Mistake::new(format!("{}: {error}", file.display())))?;
    }
    Ok(from_replies(&namespace, &flow_id, &replies)?)
}

fn read(file: &Path) -> Result<String, Mistake> {
    fs::read_to_string(file)
        .map_err(|error| Mistake::new(format!("cannot read {}: {error}", file.display())))
}

/// Formatted by rustfmt if it is installed; readable without.
fn formatted(source: String) -> String {
    by_rustfmt(&source).unwrap_or(source)
}

fn by_rustfmt(source: &str) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // taken out, so that it is closed and rustfmt sees the end; it reads all before it writes
    let written = rustfmt.stdin.take()?.write_all(source.as_bytes());
    let output = rustfmt.wait_with_output().ok()?;
    let is_done = written.is_ok() && output.status.success();
    is_done.then(|| String::from_utf8(output.stdout).ok())?
}
