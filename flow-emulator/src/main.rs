//! The emulator as a program, for clients in any language; see the library's module `cli`.

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    apaas_flow_emulator::cli::run(env::args_os())
}
