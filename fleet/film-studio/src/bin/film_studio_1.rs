//! The release before the current one.

use std::process::ExitCode;

fn main() -> ExitCode {
    film_studio::run(film_studio::Release::First)
}
