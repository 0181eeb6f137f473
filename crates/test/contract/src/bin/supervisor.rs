//! What supervises the process driver's instances in its tests; Callsheet's binary does the same as `callsheet supervise`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<std::ffi::OsString> = std::env::args_os().skip(2).collect();
    callsheet_driver_process::supervisor_main(&arguments)
}
