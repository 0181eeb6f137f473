//! The service's first release: a project's picture is described by one JSON column.

use std::process::ExitCode;

fn main() -> ExitCode {
    video_editor::run(video_editor::Generation::First)
}
