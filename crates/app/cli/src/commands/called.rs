//! What the commands share that steps of other languages call: their text, their runtime, their arguments.

use std::future::Future;
use std::io::Read as _;
use std::path::Path;

use crate::failure::Failure;

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// The file's name and text, or standard input's: without a file, or with `-`.
pub fn text(file: Option<&Path>) -> Result<(String, String), Failure> {
    let Some(file) = file.filter(|file| *file != Path::new("-")) else {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::environment("cannot read standard input").because(&error))?;
        return Ok(("standard input".to_owned(), text));
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::user(format!("cannot read `{}`", file.display())).because(&error))?;
    Ok((file.display().to_string(), text))
}

/// `NAME=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

/// Runs one task to its end on this thread.
pub fn block_on<T>(task: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::environment("cannot start the network's runtime").because(&error))?;
    Ok(runtime.block_on(task))
}
