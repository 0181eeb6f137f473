//! The raw settings: names and texts, each with where it comes from.

use std::collections::BTreeMap;
use std::fmt;

use super::faults::Fault;

/// Where a value comes from; the environment overrules the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An environment variable.
    Environment,
    /// The TOML file that `CONFIG_FILE` names.
    File,
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::Environment => "environment",
            Origin::File => "file",
            Origin::Default => "default",
        })
    }
}

/// Names and texts as given, unchecked. Empty texts count as not given.
#[derive(Debug, Default)]
pub struct Settings {
    values: BTreeMap<String, (String, Origin)>,
    faults: Vec<Fault>,
}

impl Settings {
    /// From this process's environment, and the file that its `CONFIG_FILE` names.
    pub fn from_process() -> Settings {
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Settings::from_pairs(std::env::vars_os().filter_map(utf8))
    }

    /// From the given variables, and the file that the one called `CONFIG_FILE` names. A file that cannot be read or
    /// is no flat TOML table becomes a fault, reported with the others.
    pub fn from_pairs(variables: impl IntoIterator<Item = (String, String)>) -> Settings {
        let mut settings = Settings::default();
        let variables: Vec<_> = variables.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        if let Some((_, path)) = variables.iter().find(|(name, _)| name == "CONFIG_FILE") {
            match std::fs::read_to_string(path) {
                Ok(text) => settings.add_file(path, &text),
                Err(error) => settings.fault("CONFIG_FILE", format!("names `{path}`, which cannot be read: {error}")),
            }
        }
        for (name, value) in variables {
            settings.values.insert(name, (value, Origin::Environment));
        }
        settings
    }

    fn add_file(&mut self, path: &str, text: &str) {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => {
                return self.fault("CONFIG_FILE", format!("names `{path}`, which is not TOML: {error}"));
            }
        };
        for (key, value) in table {
            let name = key.to_ascii_uppercase();
            match plain_text(&value) {
                Some(text) => drop(self.values.insert(name, (text, Origin::File))),
                None => {
                    self.fault(&name, format!("in `{path}` is neither text, number, truth value nor list of texts"))
                }
            }
        }
    }

    fn fault(&mut self, setting: &str, what: String) {
        self.faults.push(Fault { setting: setting.to_owned(), what });
    }

    pub(super) fn get(&self, name: &str) -> Option<(&str, Origin)> {
        self.values.get(name).map(|(value, origin)| (value.as_str(), *origin))
    }

    pub(super) fn names_from_file(&self) -> impl Iterator<Item = &str> {
        self.values.iter().filter(|(_, (_, origin))| *origin == Origin::File).map(|(name, _)| name.as_str())
    }

    pub(super) fn take_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.faults)
    }
}

/// The value as an environment variable would spell it; lists are joined by commas.
fn plain_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(plain_text).collect();
            texts.map(|texts| texts.join(","))
        }
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}
