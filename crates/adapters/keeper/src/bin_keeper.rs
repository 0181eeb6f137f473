//! The keeper as a program of its own, for this crate's tests; Callsheet's binary has it as `callsheet keeper`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<std::ffi::OsString> = std::env::args_os().skip(1).collect();
    callsheet_keeper::keeper_main(&arguments)
}
