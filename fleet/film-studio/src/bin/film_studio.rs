//! The current release.

use std::process::ExitCode;

fn main() -> ExitCode {
    film_studio::run(film_studio::Release::Second)
}
