//! Which database is meant, and its address.

use callsheet_base::Secret;
use callsheet_plan::DatabaseConfig;

use crate::commands::secrets;
use crate::failure::Failure;
use crate::settings::Settings;

/// Where the database is, if callsheet.toml names none.
const USUAL: [&str; 2] = ["CALLSHEET_DATABASE_URL", "DATABASE_URL"];

/// A database's name where callsheet.toml names none.
const NAMELESS: &str = "main";

/// A database that is meant.
#[derive(Clone, Debug)]
pub struct Named<'c> {
    /// Its name.
    pub name: String,
    /// What callsheet.toml says of it.
    pub config: Option<&'c DatabaseConfig>,
}

/// The one with that name, or the only one, or the one of the usual variables.
pub fn find<'c>(named: Option<&str>, settings: &'c Settings) -> Result<Named<'c>, Failure> {
    let known = &settings.config.databases;
    let names = || known.keys().cloned().collect::<Vec<_>>().join(", ");
    match named {
        Some(name) => match known.get(name) {
            Some(config) => Ok(Named { name: name.to_owned(), config: Some(config) }),
            None => Err(Failure::user(format!("callsheet.toml has no `[databases.{name}]`"))
                .hint(format!("it has: {}", names()))),
        },
        None if known.len() > 1 => Err(Failure::user("there are several databases: say which")
            .hint(format!("`--database` with one of {}", names()))),
        None => Ok(known.iter().next().map_or(Named { name: NAMELESS.to_owned(), config: None }, |(name, config)| {
            Named { name: name.clone(), config: Some(config) }
        })),
    }
}

impl Named<'_> {
    /// Its address, from where callsheet.toml says, else from the usual variables. A secret is that of `environment`, else of the run's.
    pub fn url(&self, settings: &Settings, environment: Option<&str>) -> Result<Secret<String>, Failure> {
        match self.config.map(|database| database.source.url.as_str()) {
            Some(url) => resolved(url, &self.name, settings, environment),
            None => USUAL.iter().find_map(|variable| variable_of(variable)).ok_or_else(|| {
                Failure::user("no database is named").hint(
                    "set DATABASE_URL, or write `[databases.NAME]` with `url = \"$DATABASE_URL\"` into callsheet.toml",
                )
            }),
        }
    }
}

/// An address of callsheet.toml, that of `whose`: `$VARIABLE`, `secret://NAME`, or as it is.
pub fn resolved(
    url: &str,
    whose: &str,
    settings: &Settings,
    environment: Option<&str>,
) -> Result<Secret<String>, Failure> {
    secrets::said(url, settings, environment).map_err(|failure| match url.strip_prefix('$') {
        Some(variable) => failure.hint(format!("export {variable}=…: the address of `{whose}`")),
        None => failure,
    })
}

/// A variable's value, unless it is empty.
pub fn variable_of(variable: &str) -> Option<Secret<String>> {
    std::env::var(variable).ok().filter(|text| !text.is_empty()).map(Secret::new)
}
