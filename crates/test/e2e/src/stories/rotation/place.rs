//! Where stories of one kind are told: a server, a book, a configuration, and everything that Callsheet ever said there.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Death;
use super::server::{Kind, Server};
use crate::programs::callsheet_program;
use crate::{Broken, Seed};

/// A program that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(90);

/// The script that starts the service's instances anew, one after the other: each is told a number, and answers with it.
const ROLL: &str = r#"#!/bin/bash
set -eu
cd "$(dirname "$0")"
number=$(date +%s%N)
for instance in 0 1; do
  echo "$number" >> "want.$instance"
  for _ in $(seq 3000); do
    [ "$(cat "have.$instance")" -ge "$number" ] && continue 2
    sleep 0.01
  done
  echo "instance $instance does not answer" >&2
  exit 1
done
"#;

/// Stories' place.
pub struct Place {
    kind: Kind,
    pub(super) server: Server,
    folder: tempfile::TempDir,
    /// Every value that was ever in use.
    values: Mutex<Vec<String>>,
    said: Mutex<String>,
}

/// What an instance logs in with, or signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credential {
    pub(super) user: String,
    pub(super) value: String,
    /// The other key that is accepted.
    pub(super) other: Option<String>,
}

impl Place {
    /// Starts a server and stores the first value.
    pub fn new(kind: Kind) -> Place {
        let folder = tempfile::Builder::new().prefix("callsheet-rotation-").tempdir().expect("a temporary folder");
        let place =
            Place { kind, server: Server::start(kind), folder, values: Mutex::default(), said: Mutex::default() };
        let roll = place.path().join("roll");
        fs::write(&roll, ROLL).expect("the folder is ours");
        let configuration = match place.server.configuration() {
            None => "[secrets.SHOP]\nroll = \"bash ./roll\"\noverlap = \"400ms\"\n".to_owned(),
            Some((kind, _)) => format!(
                "[secrets.SHOP]\nkind = \"{kind}\"\nusers = [\"shop_a\", \"shop_b\"]\nadmin = \"secret://ADMIN\"\nroll = \"bash ./roll\"\n"
            ),
        };
        fs::write(place.path().join("callsheet.toml"), configuration).expect("the folder is ours");
        place.must(&["secrets", "init"], None);
        if let Some((_, admin)) = place.server.configuration() {
            place.must(&["secrets", "set", "ADMIN"], Some(&admin));
        }
        place.must(&["secrets", "set", "SHOP", "--random"], None);
        let first = place.credential(None).expect("a first value is stored");
        place.server.admit(&first.user, &first.value);
        place
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The secret.
    pub fn name(&self) -> &'static str {
        "SHOP"
    }

    fn state(&self) -> PathBuf {
        self.path().join("state")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(callsheet_program());
        command.args(arguments).current_dir(self.path()).env("HOME", self.path()).env("CALLSHEET_STATE", self.state());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn must(&self, arguments: &[&str], input: Option<&str>) -> Vec<u8> {
        let mut command = self.command(arguments);
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.spawn().expect("callsheet starts");
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            stdin.write_all(input.as_bytes()).expect("callsheet reads");
        }
        let output = child.wait_with_output().expect("callsheet ends");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// What is in use now, as an instance is given it at its start; an instance's number is for messages.
    pub(super) fn credential(&self, instance: Option<usize>) -> Result<Credential, Broken> {
        let get = |reference: &str| -> Result<Option<String>, Broken> {
            let output = self.command(&["secrets", "get", reference, "--reveal"]).output();
            let output = output.map_err(|error| error.to_string())?;
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            match output.status.code() {
                Some(0) => Ok(Some(text)),
                Some(2) if reference.ends_with("@previous") => Ok(None),
                _ => {
                    let said = String::from_utf8_lossy(&output.stderr).into_owned();
                    Err(format!("instance {instance:?} was not given {reference}: {said}"))
                }
            }
        };
        let missing = || "nothing is in use".to_owned();
        let credential = match self.kind {
            Kind::Keys => {
                // Both are of one moment: a rotation in between would make two of one.
                loop {
                    let before = get("SHOP")?.ok_or_else(missing)?;
                    let other = get("SHOP@previous")?;
                    if get("SHOP")?.as_ref() == Some(&before) {
                        break Credential { user: String::new(), value: before, other };
                    }
                }
            }
            Kind::Postgres | Kind::Mariadb | Kind::Redis => loop {
                let user = get("SHOP.user")?.ok_or_else(missing)?;
                let value = get("SHOP")?.ok_or_else(missing)?;
                if get("SHOP.user")?.as_ref() == Some(&user) {
                    break Credential { user, value, other: None };
                }
            },
        };
        let mut values = self.values.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for value in std::iter::once(&credential.value).chain(&credential.other) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        Ok(credential)
    }

    /// What the book says.
    pub(super) fn entry(&self) -> Result<Value, Broken> {
        let printed = self.must(&["secrets", "list", "SHOP", "--format", "json"], None);
        let list: Value = serde_json::from_slice(&printed).map_err(|error| error.to_string())?;
        Ok(list["secrets"][0].clone())
    }

    pub(super) fn is_under_way(&self) -> Result<bool, Broken> {
        Ok(!self.entry()?["rotation"].is_null())
    }

    /// As a step of a run; its exit status.
    pub(super) fn ended(&self, arguments: &[&str], run: &str) -> Result<Option<i32>, Broken> {
        let child = self.command(arguments).env("CALLSHEET_RUN", run).spawn().map_err(|error| error.to_string())?;
        self.wait(child)
    }

    /// The same, killed somewhere; `None`: while it lived.
    pub(super) fn killed(&self, arguments: &[&str], run: &str, choices: &mut Seed) -> Result<Option<i32>, Broken> {
        let mut command = self.command(arguments);
        command.env("CALLSHEET_RUN", run);
        let after = match Death::draw(choices) {
            Death::At(place) => {
                command.env("CALLSHEET_ROTATION_DIES", place);
                None
            }
            Death::After(time) => Some(time),
        };
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        if let Some(time) = after {
            std::thread::sleep(time);
            child.kill().map_err(|error| error.to_string())?;
        }
        self.wait(child)
    }

    fn wait(&self, mut child: std::process::Child) -> Result<Option<i32>, Broken> {
        let until = Instant::now() + LONGEST;
        while child.try_wait().map_err(|error| error.to_string())?.is_none() {
            if Instant::now() > until {
                child.kill().map_err(|error| error.to_string())?;
                return Err("callsheet hangs".to_owned());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        self.heard(&output);
        Ok(output.status.code())
    }

    fn heard(&self, output: &Output) {
        let mut said = self.said.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        said.push_str(&String::from_utf8_lossy(&output.stdout));
        said.push_str(&String::from_utf8_lossy(&output.stderr));
    }

    /// Its last words.
    pub(super) fn said(&self) -> String {
        let said = self.said.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let from = said.len().saturating_sub(1500);
        said.get(from..).unwrap_or_default().to_owned()
    }

    /// The credential that is not in use gets nobody in.
    pub(super) fn refuses_others(&self, before: &Credential, after: &Credential) -> Result<(), Broken> {
        if self.kind == Kind::Keys {
            return if after.other.is_none() { Ok(()) } else { Err("another key is still accepted".to_owned()) };
        }
        if !self.server.lets_in(&after.user, &after.value)? {
            return Err(format!("{} does not get in at the end", after.user));
        }
        if before != after && self.server.lets_in(&before.user, &before.value)? {
            return Err(format!("{} still gets in after its revocation", before.user));
        }
        Ok(())
    }

    /// No value stands in anything that was said.
    pub(super) fn tells_no_value(&self) -> Result<(), Broken> {
        let said = self.said.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let values = self.values.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match values.iter().any(|value| said.contains(value.as_str())) {
            true => Err("a value was said".to_owned()),
            false => Ok(()),
        }
    }

    /// Nothing that was ever in use stands in state, configuration or the server's own files: searched as an operator would.
    pub fn scan(&self) -> Result<(), Broken> {
        let output = self.command(&["secrets", "scan", "--known"]).output().map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("`secrets scan` found values: {}", String::from_utf8_lossy(&output.stdout)))
    }
}
