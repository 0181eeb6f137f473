//! Another manager through its own command line: `aws secretsmanager …`, `az keyvault …`. Values go in by standard input, never as an
//! argument, and come out by standard output.

use std::io::ErrorKind;
use std::process::Command as Child;
use std::time::Duration;

use callsheet_base::Secret;
use callsheet_processes::{Ended, bounded};
use callsheet_redact::{RedactionSet, redact_text};
use callsheet_secrets::SecretName;

use super::{Key, Provider, filled, without_line_end};
use crate::StoreError;

/// Words by which AWS's and Azure's commands say that there is no such value. Other commands end well and print nothing: a mere
/// "not found" may be about the command itself, or a host.
const NOT_THERE: [&str; 2] = ["ResourceNotFoundException", "SecretNotFound"];

/// The longest that another manager is waited for.
const LONGEST: Duration = Duration::from_secs(20);

pub(super) struct Command {
    store: String,
    get: Vec<String>,
    set: Vec<String>,
    destroy: Vec<String>,
}

impl Command {
    pub(super) fn new(store: &str, get: &[String], set: &[String], destroy: &[String]) -> Command {
        Command { store: store.to_owned(), get: get.to_vec(), set: set.to_vec(), destroy: destroy.to_vec() }
    }

    fn refused(&self, operation: String, why: String) -> StoreError {
        StoreError::Refused { store: format!("the store `{}`", self.store), operation, why }
    }

    /// Runs the command with `input`; its words on the error stream are kept without the value.
    fn run(&self, words: &[String], input: Option<&Secret<String>>, operation: &str) -> Result<Ended, StoreError> {
        let failed = |why: String| self.refused(operation.to_owned(), why);
        let [program, arguments @ ..] = words else { return Err(StoreError::ReadOnly(self.store.clone())) };
        let mut child = Child::new(program);
        child.args(arguments);
        bounded(child, input, LONGEST).map_err(|error| match error.kind() {
            ErrorKind::TimedOut => failed(format!("`{program}`: {error}")),
            _ => failed(format!("`{program}` cannot be started: {error}")),
        })
    }
}

/// The first line of its words, with everything that looks like a secret, or is the value, hidden.
fn words(output: &Ended, value: Option<&Secret<String>>) -> String {
    let set = RedactionSet::new(value.map(|value| ("value", value.expose().as_str())));
    let text = redact_text(&set, &String::from_utf8_lossy(&output.stderr));
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    format!("{} ({})", line.trim(), output.status)
}

impl Provider for Command {
    fn read(&self, key: Key) -> Result<Option<Secret<String>>, StoreError> {
        self.read_version(key.environment, key.name, Some(key.version))
    }

    fn newest(&self, environment: &str, name: &SecretName) -> Result<Option<Secret<String>>, StoreError> {
        self.read_version(environment, name, None)
    }

    fn write(&self, key: Key, value: &Secret<String>) -> Result<(), StoreError> {
        let Key { environment, name, version } = key;
        let operation = format!("keep {name}");
        let command: Vec<String> = self.set.iter().map(|word| filled(word, environment, name, Some(version))).collect();
        let output = self.run(&command, Some(value), &operation)?;
        if output.status.success() { Ok(()) } else { Err(self.refused(operation, words(&output, Some(value)))) }
    }

    fn destroy(&self, key: Key) -> Result<(), StoreError> {
        let Key { environment, name, version } = key;
        if self.destroy.is_empty() {
            // Its value stays there; nothing refers to it any more.
            return Ok(());
        }
        let operation = format!("destroy {name}");
        let command: Vec<String> =
            self.destroy.iter().map(|word| filled(word, environment, name, Some(version))).collect();
        let output = self.run(&command, None, &operation)?;
        let said = words(&output, None);
        let gone = output.status.success() || NOT_THERE.iter().any(|word| said.contains(word));
        if gone { Ok(()) } else { Err(self.refused(operation, said)) }
    }
}

impl Command {
    fn read_version(
        &self,
        environment: &str,
        name: &SecretName,
        version: Option<u32>,
    ) -> Result<Option<Secret<String>>, StoreError> {
        let operation = format!("give the value of {name}");
        let command: Vec<String> = self.get.iter().map(|word| filled(word, environment, name, version)).collect();
        let output = self.run(&command, None, &operation)?;
        if !output.status.success() {
            let said = words(&output, None);
            let absent = NOT_THERE.iter().any(|word| said.contains(word));
            return if absent { Ok(None) } else { Err(self.refused(operation, said)) };
        }
        if output.unfinished {
            let why = "it ended, and something that it started still holds its output: what it printed may be a part";
            return Err(self.refused(operation, why.to_owned()));
        }
        let text = String::from_utf8(output.stdout);
        let text = text.map_err(|_| self.refused(operation, "it printed what is no text".to_owned()))?;
        Ok(Some(without_line_end(text)).filter(|value| !value.expose().is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(text: &str) -> Vec<String> {
        ["sh", "-c", text].map(str::to_owned).to_vec()
    }

    #[test]
    fn values_go_in_and_come_out_by_pipes_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        let get = shell(&format!("cat {at}/{{environment}}.{{name}}.{{version}} 2>/dev/null || true"));
        let set = shell(&format!("cat > {at}/{{environment}}.{{name}}.{{version}}"));
        let store = Command::new("other", &get, &set, &shell(&format!("rm {at}/{{environment}}.{{name}}.{{version}}")));
        let name: SecretName = "PIN".parse().unwrap();
        let key = Key { environment: "dev", name: &name, version: 3 };
        assert!(store.read(key).unwrap().is_none());
        store.write(key, &Secret::new("seven-times-seven".to_owned())).unwrap();
        assert_eq!(store.read(key).unwrap().unwrap().expose(), "seven-times-seven");
        store.destroy(key).unwrap();
        assert!(store.read(key).unwrap().is_none());
    }

    #[test]
    fn a_command_that_is_missing_is_no_absent_value() {
        let missing = shell("no-such-program-anywhere get");
        let store = Command::new("other", &missing, &missing, &missing);
        let name: SecretName = "PIN".parse().unwrap();
        let key = Key { environment: "dev", name: &name, version: 1 };
        assert!(matches!(store.read(key), Err(StoreError::Refused { .. })));
        assert!(matches!(store.destroy(key), Err(StoreError::Refused { .. })));
    }

    #[test]
    fn a_value_of_which_more_may_come_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let get = shell(&format!("printf seven; sleep 600 & echo $! > {}", file.display()));
        let store = Command::new("other", &get, &[], &[]);
        let name: SecretName = "PIN".parse().unwrap();
        let said = store.read(Key { environment: "dev", name: &name, version: 1 }).unwrap_err().to_string();
        assert!(said.contains("still holds its output"), "{said}");
        let left = std::fs::read_to_string(file).unwrap();
        assert!(Child::new("kill").arg(left.trim()).status().unwrap().success());
    }

    #[test]
    fn what_a_command_complains_of_is_told_without_the_value() {
        let store = Command::new("other", &[], &shell("read v; echo \"cannot keep $v\" >&2; exit 3"), &[]);
        let name: SecretName = "PIN".parse().unwrap();
        let key = Key { environment: "dev", name: &name, version: 1 };
        let said = store.write(key, &Secret::new("seven-times-seven".to_owned())).unwrap_err().to_string();
        assert_eq!(said, "the store `other` did not keep PIN: cannot keep [redacted:value] (exit status: 3)");
        assert!(matches!(store.read(key), Err(StoreError::ReadOnly(_))));
    }
}
