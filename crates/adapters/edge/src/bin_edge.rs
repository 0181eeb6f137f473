//! The edge as a program of its own, as tests and measurements start it. Users have `callsheet edge`.

use std::path::PathBuf;
use std::process::ExitCode;

use callsheet_edge::{RunOptions, run};

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        eprintln!("usage: callsheet-edge edge run --state DIR [--detached] [--take-over]");
        return ExitCode::from(2);
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut words = error.to_string();
            let mut next = std::error::Error::source(&error);
            while let Some(cause) = next {
                words.push_str(&format!(": {cause}"));
                next = cause.source();
            }
            eprintln!("error: {words}");
            ExitCode::from(2)
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Option<RunOptions> {
    (arguments.next()? == "edge" && arguments.next()? == "run").then_some(())?;
    let mut options = RunOptions { state: PathBuf::new(), take_over: false, detached: false };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--state" => options.state = PathBuf::from(arguments.next()?),
            "--take-over" => options.take_over = true,
            "--detached" => options.detached = true,
            _ => return None,
        }
    }
    (!options.state.as_os_str().is_empty()).then_some(options)
}
