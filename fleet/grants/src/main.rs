//! The service's second release.

use std::process::ExitCode;

fn main() -> ExitCode {
    grants::run(grants::Generation::Second)
}
