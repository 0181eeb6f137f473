//! The service's second release.

use std::process::ExitCode;

fn main() -> ExitCode {
    video_editor::run(video_editor::Generation::Second)
}
