//! The service's first release: a beneficiary's contact is one text.

use std::process::ExitCode;

fn main() -> ExitCode {
    grants::run(grants::Generation::First)
}
