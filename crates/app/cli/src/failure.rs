//! Errors as the person meets them: sorted by who must act, with hints, rendered the same everywhere.

use std::error::Error;

use crate::exit::Exit;
use crate::paint::Paint;

/// Who must act so that the command can work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Whoever typed the command.
    User,
    /// Whoever keeps `callsheet.toml` or the runbook.
    Configuration,
    /// Whoever keeps the machine: disk, permissions, another process.
    Environment,
    /// We.
    Internal,
}

/// A command that could not do its work.
#[derive(Debug)]
pub struct Failure {
    /// Who must act.
    pub fault: Fault,
    /// What happened, one sentence, lower case, no full stop.
    pub message: String,
    /// What lies beneath, outermost first.
    pub causes: Vec<String>,
    /// What to do, in the imperative.
    pub hints: Vec<String>,
    /// The exit status, where it is not the fault's own.
    pub exit: Option<Exit>,
    /// The reader of our output went away (`callsheet show … | head`): nothing is said, nothing is wrong.
    pub quiet: bool,
}

impl Failure {
    fn new(fault: Fault, message: impl Into<String>) -> Failure {
        Failure { fault, message: message.into(), causes: Vec::new(), hints: Vec::new(), exit: None, quiet: false }
    }

    /// Whoever typed the command must act.
    pub fn user(message: impl Into<String>) -> Failure {
        Failure::new(Fault::User, message)
    }

    /// Whoever keeps `callsheet.toml` or the runbook must act.
    pub fn configuration(message: impl Into<String>) -> Failure {
        Failure::new(Fault::Configuration, message)
    }

    /// Whoever keeps the machine must act.
    pub fn environment(message: impl Into<String>) -> Failure {
        Failure::new(Fault::Environment, message)
    }

    /// We must act.
    pub fn internal(message: impl Into<String>) -> Failure {
        Failure::new(Fault::Internal, message)
    }

    /// The reader of our output went away.
    pub fn closed_pipe() -> Failure {
        Failure { quiet: true, ..Failure::environment("the reader of the output went away") }
    }

    /// Adds the chain of causes of `error`, itself first. A cause that the one above it has told in its own words is not told twice.
    pub fn because(mut self, error: &dyn Error) -> Failure {
        let mut next = Some(error);
        while let Some(cause) = next {
            let words = cause.to_string();
            if !self.causes.last().unwrap_or(&self.message).contains(&words) {
                self.causes.push(words);
            }
            next = cause.source();
        }
        self
    }

    /// Adds the chain of causes beneath `error`, whose own words are the message.
    pub fn because_of(self, error: &dyn Error) -> Failure {
        match error.source() {
            Some(source) => self.because(source),
            None => self,
        }
    }

    /// Adds one cause in words.
    pub fn cause(mut self, cause: impl Into<String>) -> Failure {
        self.causes.push(cause.into());
        self
    }

    /// Adds what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hints.push(hint.into());
        self
    }

    /// Sets the exit status.
    pub fn exit(mut self, exit: Exit) -> Failure {
        self.exit = Some(exit);
        self
    }

    /// The exit status.
    pub fn status(&self) -> Exit {
        match (self.quiet, self.exit, self.fault) {
            (true, ..) => Exit::Done,
            (_, Some(exit), _) => exit,
            (_, None, Fault::Internal) => Exit::Internal,
            (_, None, Fault::User | Fault::Configuration | Fault::Environment) => Exit::Usage,
        }
    }

    /// The text for the terminal: `error: …`, `Caused by:`, a blank line, `hint: …`.
    pub fn render(&self, paint: Paint) -> String {
        if self.quiet {
            return String::new();
        }
        let mut text = format!("{}: {}\n", paint.bold_red("error"), self.message);
        if !self.causes.is_empty() {
            text.push_str("Caused by:\n");
            for cause in &self.causes {
                text.push_str(&format!("  {}\n", cause.replace('\n', "\n  ")));
            }
        }
        let ours = "this is a fault of Callsheet itself: please report it with the command and this text";
        let hints = self.hints.iter().map(String::as_str).chain((self.fault == Fault::Internal).then_some(ours));
        for (index, hint) in hints.enumerate() {
            if index == 0 {
                text.push('\n');
            }
            text.push_str(&format!("{}: {}\n", paint.bold_cyan("hint"), hint.replace('\n', "\n      ")));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_what_why_and_what_to_do() {
        let cause = std::io::Error::other("disk on fire");
        let failure = Failure::environment("cannot read `a.md`").because(&cause).hint("put it out");
        let text = failure.render(Paint::plain());
        assert_eq!(text, "error: cannot read `a.md`\nCaused by:\n  disk on fire\n\nhint: put it out\n");
        assert_eq!(failure.status(), Exit::Usage);
    }

    #[test]
    fn our_own_fault_is_said_to_be_ours() {
        let failure = Failure::internal("a plan without steps");
        assert!(failure.render(Paint::plain()).contains("fault of Callsheet itself"));
        assert_eq!(failure.status(), Exit::Internal);
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        assert_eq!(Failure::closed_pipe().status(), Exit::Done);
        assert_eq!(Failure::closed_pipe().render(Paint::plain()), "");
    }
}
