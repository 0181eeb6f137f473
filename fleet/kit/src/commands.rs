//! What the commands of a service's program share: words on the screen, exit status, a runtime for a short piece of work.
//!
//! Exit status 0 done, 1 failed or found wanting, 2 wrong configuration or wrong words.

use std::fmt::Display;
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;

/// Characters that a password has at least.
const PASSWORD_LEAST: usize = 10;

/// Writes data to standard output.
pub fn show(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Writes to standard error and gives the exit status.
pub fn complain(text: &str, status: u8) -> ExitCode {
    eprintln!("{text}");
    ExitCode::from(status)
}

/// An error, what it happened to and what to do.
pub fn failed(what: impl Display, cause: impl Display, hint: &str) -> ExitCode {
    complain(&format!("error: {what}\n  Caused by: {cause}\n\nhint: {hint}"), 1)
}

/// Runs a short piece of work that waits for others.
pub fn in_runtime<T>(work: impl Future<Output = T>) -> Result<T, std::io::Error> {
    // One TLS provider for every client of the process; that it was installed before is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(work))
}

/// The error and what caused it, in one line; what an error repeats of its cause is said once.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    text
}

/// A new account's password, the first line of standard input: never on a command line. Refused beside an address that is none.
pub fn password_for(email: &str) -> Result<String, ExitCode> {
    let mut password = String::new();
    if let Err(error) = std::io::stdin().lock().read_line(&mut password) {
        return Err(complain(&format!("error: cannot read the password from standard input: {error}"), 1));
    }
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    if password.chars().count() < PASSWORD_LEAST || !email.contains('@') {
        let hint = format!("give an e-mail address, and at least {PASSWORD_LEAST} characters on standard input");
        return Err(complain(&format!("error: no account was made\n\nhint: {hint}"), 2));
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Outer(&'static str, #[source] std::io::Error);

    #[test]
    fn what_an_error_repeats_is_said_once() {
        let cause = || std::io::Error::other("no route");
        assert_eq!(causes(&Outer("cannot connect", cause())), "cannot connect: no route");
        assert_eq!(causes(&Outer("cannot connect (no route)", cause())), "cannot connect (no route)");
    }
}
