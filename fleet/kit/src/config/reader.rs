//! Reads settings one by one, notes every fault and goes on, so that all are reported together.

use std::str::FromStr;

use super::faults::{Fault, Faults};
use super::secret::Secret;
use super::settings::{Origin, Settings};

/// A setting as it may be shown to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name.
    pub name: &'static str,
    /// Its value; of a secret only its length.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// The settings being read. Each getter returns a usable value even after a fault; [`Reader::finish`] decides.
pub struct Reader {
    settings: Settings,
    faults: Vec<Fault>,
    shown: Vec<Shown>,
}

/// Fewest characters of a signing or encryption secret.
pub const SECRET_LENGTH_LEAST: usize = 32;

impl Reader {
    /// Begins to read.
    pub fn new(mut settings: Settings) -> Reader {
        let faults = settings.take_faults();
        Reader { settings, faults, shown: Vec::new() }
    }

    /// Notes that `name` is wrong: `what` is a clause that follows the name.
    pub fn fault(&mut self, name: &str, what: impl Into<String>) {
        self.faults.push(Fault { setting: name.to_owned(), what: what.into() });
    }

    /// The text, if given.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let given = self.settings.get(name).map(|(value, origin)| (value.to_owned(), origin));
        let (value, origin) = given.clone().unwrap_or_else(|| ("(not set)".to_owned(), Origin::Default));
        self.show(name, value, origin);
        given.map(|(value, _)| value)
    }

    /// The text, or `default`.
    pub fn text_or(&mut self, name: &'static str, default: &str) -> String {
        let (value, origin) = self.settings.get(name).unwrap_or((default, Origin::Default));
        let value = value.to_owned();
        self.show(name, value.clone(), origin);
        value
    }

    /// The value parsed, or `default`; `what` says what is wanted ("a whole number of bytes").
    pub fn parsed<T: FromStr + ToString>(&mut self, name: &'static str, default: T, what: &str) -> T {
        let Some((given, origin)) = self.settings.get(name).map(|(value, origin)| (value.to_owned(), origin)) else {
            self.show(name, default.to_string(), Origin::Default);
            return default;
        };
        self.show(name, given.clone(), origin);
        given.trim().parse().unwrap_or_else(|_| {
            self.fault(name, format!("is `{given}`; give {what}"));
            default
        })
    }

    /// `true`/`false` (also `1`/`0`, `yes`/`no`, `on`/`off`), or `default`.
    pub fn truth(&mut self, name: &'static str, default: bool) -> bool {
        let text = self.text_or(name, if default { "true" } else { "false" });
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            _ => {
                self.fault(name, format!("is `{text}`; give `true` or `false`"));
                default
            }
        }
    }

    /// Seconds (decimals allowed), from 0 to `most`, or `default`.
    pub fn seconds(&mut self, name: &'static str, default: f64, most: f64) -> std::time::Duration {
        let seconds = self.parsed(name, default, &format!("seconds from 0 to {most}"));
        if (0.0..=most).contains(&seconds) {
            return std::time::Duration::from_secs_f64(seconds);
        }
        self.fault(name, format!("is {seconds}; give seconds from 0 to {most}"));
        std::time::Duration::from_secs_f64(default)
    }

    /// A secret text of any length, if given; never shown.
    pub fn secret(&mut self, name: &'static str) -> Option<Secret> {
        let given = self.settings.get(name).map(|(value, origin)| (Secret::new(value.to_owned()), origin));
        let (value, origin) = match &given {
            Some((secret, origin)) => (format!("({} characters, not shown)", secret.expose().chars().count()), *origin),
            None => ("(not set)".to_owned(), Origin::Default),
        };
        self.show(name, value, origin);
        given.map(|(secret, _)| secret)
    }

    /// A secret that signs or encrypts: long enough, if given.
    pub fn key(&mut self, name: &'static str) -> Option<Secret> {
        let key = self.secret(name)?;
        let length = key.expose().chars().count();
        if length < SECRET_LENGTH_LEAST {
            self.fault(
                name,
                format!("is {length} characters long; give at least {SECRET_LENGTH_LEAST} (`openssl rand -hex 32` makes one)"),
            );
        } else if key.expose().chars().all(|c| key.expose().starts_with(c)) {
            self.fault(name, "repeats one character; give a random one (`openssl rand -hex 32` makes one)");
        }
        Some(key)
    }

    /// Every setting read so far, in order.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }

    /// The faults, if there are any. Settings of the file that nobody read are faults too.
    pub fn finish(mut self, service: &str) -> Result<Vec<Shown>, Faults> {
        let known = |name: &str| self.shown.iter().any(|shown| shown.name == name);
        let unknown: Vec<String> =
            self.settings.names_from_file().filter(|name| !known(name)).map(str::to_owned).collect();
        for name in unknown {
            self.fault(&name, "in the file is no setting of this service; correct or remove it");
        }
        if self.faults.is_empty() {
            return Ok(self.shown);
        }
        Err(Faults { service: service.to_owned(), list: self.faults })
    }

    fn show(&mut self, name: &'static str, value: String, origin: Origin) {
        if !self.shown.iter().any(|shown| shown.name == name) {
            self.shown.push(Shown { name, value, origin });
        }
    }
}
