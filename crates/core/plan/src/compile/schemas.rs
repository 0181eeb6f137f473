//! Which database's schema a release is held against.

use super::Context;
use crate::{SchemaOrder, SchemaSettings, ServiceSpec};

/// Where the database is if nothing says it.
const USUAL: &str = "$DATABASE_URL";

/// What the configuration says of it, or the line; `None`: nobody says that the service has one.
pub(super) fn schema(context: &Context, spec: &ServiceSpec, said: Option<&str>) -> Result<Option<SchemaOrder>, String> {
    let settings = match (&spec.release.schema, said) {
        (None, None) => return Ok(None),
        (settings, said) => {
            let SchemaSettings { needs, database } = settings.clone().unwrap_or_default();
            SchemaSettings { needs: said.map(str::to_owned).or(needs), database }
        }
    };
    if let Some(needs) = &settings.needs {
        needs.parse::<callsheet_migrations::compatible::Needs>().map_err(|why| format!("`schema`: {why}"))?;
    }
    let known = &context.inputs.config.databases;
    let found = match &settings.database {
        Some(name) => {
            let database = known.get_key_value(name);
            Some(database.ok_or_else(|| format!("callsheet.toml has no `[databases.{name}]`"))?)
        }
        None if known.len() == 1 => known.iter().next(),
        None => None,
    };
    let (name, source, migrations) = match found {
        Some((name, database)) => (format!("`{name}`"), database.source.url.clone(), database.migrations.clone()),
        None => ("the database".to_owned(), USUAL.to_owned(), None),
    };
    Ok(Some(SchemaOrder { needs: settings.needs, database: name, source, migrations }))
}
