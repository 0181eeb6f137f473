//! `callsheet secrets list`: names, versions, ages, readers, when each is due. Never a value, and no identity is needed.

use callsheet_base::{Duration, Timestamp};
use callsheet_secret_stores::StoreError;
use callsheet_secrets::{Entry, LOCAL, SecretName, Settings};
use serde_json::{Value, json};

use super::Which;
use super::desk::{self, Desk};
use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::state::instant;

/// List names, versions, ages, readers and when each is due; never values
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only this secret, with all its versions
    #[arg(value_name = "NAME")]
    name: Option<SecretName>,
    /// Exit 1 if one is older than it may become
    #[arg(long)]
    due: bool,
}

impl Args {
    pub(super) fn of(name: SecretName) -> Args {
        Args { name: Some(name), due: false }
    }
}

/// One secret as it stands.
struct Row {
    name: SecretName,
    entry: Option<Entry>,
    settings: Settings,
    declared: bool,
    readers: Vec<String>,
    due: Option<Timestamp>,
    overdue: bool,
}

pub(super) fn execute(args: &Args, which: &Which, context: &Context) -> Result<Exit, Failure> {
    let desk = desk::open(which, context)?;
    let now = Timestamp::now();
    let (mut rows, recipients) = rows(&desk, now)?;
    if let Some(name) = &args.name {
        rows.retain(|row| row.name == *name);
        if rows.is_empty() {
            let environment = desk.environment.clone();
            return Err(desk::failure(StoreError::Unknown { name: name.clone(), environment }));
        }
    }
    match which.format {
        Format::Json => {
            let secrets: Vec<Value> = rows.iter().map(|row| row.json(now)).collect();
            let whole = json!({
                "schema": "callsheet.secrets/1", "environment": desk.environment, "recipients": recipients, "secrets": secrets,
            });
            context.screen.data(&format!("{whole:#}\n"))?;
        }
        Format::Text if rows.is_empty() => {
            let environment = &desk.environment;
            context.screen.talk(&format!(
                "{environment} has no secrets: `callsheet secrets set NAME --env {environment}` stores one\n"
            ))?;
        }
        Format::Text => context.screen.data(&table(&rows, args.name.is_some(), now))?,
    }
    let overdue: Vec<&str> = rows.iter().filter(|row| row.overdue).map(|row| row.name.as_str()).collect();
    if args.due && !overdue.is_empty() {
        return Err(Failure::user(format!("older than they may become: {}", overdue.join(", ")))
            .hint(format!("rotate them: `callsheet secrets rotate {} --env {}`", overdue[0], desk.environment))
            .exit(Exit::Failed));
    }
    Ok(Exit::Done)
}

fn rows(desk: &Desk, now: Timestamp) -> Result<(Vec<Row>, Vec<String>), Failure> {
    let (mut kept, recipients) = match desk.keyring.book().page() {
        Ok(page) => (page.secrets.clone(), page.recipients().to_vec()),
        Err(StoreError::NoBook { .. }) => Default::default(),
        Err(error) => return Err(desk::failure(error)),
    };
    let declared = &desk.settings.config.secrets.declared;
    let mut names: Vec<SecretName> = kept.keys().chain(declared.keys()).cloned().collect();
    names.sort();
    names.dedup();
    let row = |name: SecretName| {
        let said = declared.get(&name);
        let settings = desk.keyring.settings(&name);
        let entry = kept.remove(&name);
        let due = settings.max_age.and_then(|age| entry.as_ref()?.due(age));
        let readers = said.map_or(&[][..], |said| said.readers.as_slice()).iter().map(ToString::to_string).collect();
        Row { entry, settings, declared: said.is_some(), readers, due, overdue: due.is_some_and(|due| due < now), name }
    };
    Ok((names.into_iter().map(row).collect(), recipients))
}

fn table(rows: &[Row], whole: bool, now: Timestamp) -> String {
    let mut lines = vec![["NAME", "VERSION", "AGE", "KIND", "DUE", "READERS", ""].map(str::to_owned)];
    lines.extend(rows.iter().map(|row| row.cells(now)));
    let widths: Vec<usize> =
        (0..6).map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let cells = line.iter().zip(widths.iter().chain([&0])).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
        if let Some(entry) = at.checked_sub(1).and_then(|at| rows[at].entry.as_ref()).filter(|_| whole) {
            for version in &entry.versions {
                let user = version.user.as_ref().map(|user| format!("  user {user}")).unwrap_or_default();
                let (number, state) = (version.number, version.state.to_string());
                text.push_str(&format!(
                    "  {number:>4}  {state:<9} {}  by {}{user}\n",
                    instant(version.made),
                    version.by
                ));
            }
        }
    }
    text
}

/// `3d`, `5h`: whole units of the largest kind.
fn rough(age: Duration) -> String {
    let seconds = age.to_std().as_secs();
    match seconds {
        0..=119 => format!("{seconds}s"),
        120..=7_199 => format!("{}m", seconds / 60),
        7_200..=172_799 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

impl Row {
    fn cells(&self, now: Timestamp) -> [String; 7] {
        let none = || "-".to_owned();
        let current = self.entry.as_ref().and_then(Entry::current);
        let due = match self.due {
            Some(_) if self.overdue => "overdue".to_owned(),
            Some(due) => due.strftime("%Y-%m-%d").to_string(),
            None => none(),
        };
        let readers = if self.readers.is_empty() { "anyone".to_owned() } else { self.readers.join(", ") };
        [
            self.name.to_string(),
            current.map_or_else(none, |version| version.number.to_string()),
            self.entry.as_ref().and_then(|entry| entry.age(now)).map_or_else(none, rough),
            if self.declared { self.settings.how.word().to_owned() } else { none() },
            due,
            readers,
            self.note(),
        ]
    }

    /// What else must be known.
    fn note(&self) -> String {
        if let Some(rotation) = self.entry.as_ref().and_then(|entry| entry.rotation.as_ref()) {
            let trouble = rotation.trouble().map(|why| format!(" ({why})")).unwrap_or_default();
            return format!("rotation {rotation}{trouble}");
        }
        let others = self.entry.iter().flat_map(|entry| &entry.versions);
        let valid = others.filter(|version| version.state == callsheet_secrets::State::Previous);
        let valid: Vec<String> = valid.map(|version| format!("version {} still valid", version.number)).collect();
        match (valid.as_slice(), &self.entry) {
            ([], None) if self.settings.store != LOCAL => format!("kept in {}", self.settings.store),
            ([], None) => "not set".to_owned(),
            ([], Some(_)) => String::new(),
            (valid, _) => valid.join(", "),
        }
    }

    fn json(&self, now: Timestamp) -> Value {
        let entry = self.entry.as_ref();
        let rotation = entry.and_then(|entry| entry.rotation.as_ref()).map(|rotation| {
            json!({
                "from": rotation.from(), "to": rotation.to(), "way": rotation.way(), "stage": rotation.next(),
                "finished": rotation.finished(), "began": rotation.began(), "by": rotation.by(), "trouble": rotation.trouble(),
            })
        });
        json!({
            "name": self.name,
            "kind": self.declared.then(|| self.settings.how.word()),
            "store": self.settings.store,
            "services": self.settings.services,
            "readers": self.readers,
            "current": entry.and_then(Entry::current).map(|version| version.number),
            "age_seconds": entry.and_then(|entry| entry.age(now)).map(|age| age.to_std().as_secs()),
            "due": self.due,
            "overdue": self.overdue,
            "window": self.settings.window.as_ref().map(ToString::to_string),
            "versions": entry.map(|entry| entry.versions.as_slice()).unwrap_or_default(),
            "rotation": rotation,
            "last": entry.and_then(|entry| entry.last.as_ref()),
        })
    }
}
