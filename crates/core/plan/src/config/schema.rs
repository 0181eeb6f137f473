//! `[services.NAME.release] schema` and `database`: which revisions of which database the release runs on.

use callsheet_migrations::compatible::Needs;
use serde::{Deserialize, Serialize};

use super::keys::Keys;

/// The schema that a release rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SchemaSettings {
    /// The revisions it runs on: `0007..`, `0007..0009`, `..0009`. `None`: it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// The `[databases.NAME]`; `None`: the only one, or `$DATABASE_URL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
}

pub(super) fn read_schema(keys: &mut Keys, schema: &mut Option<SchemaSettings>) {
    let at = keys.span("schema");
    let (needs, database) = (keys.text("schema"), keys.text("database"));
    if needs.is_none() && database.is_none() {
        return;
    }
    if let Some(Err(why)) = needs.as_ref().map(|text| text.parse::<Needs>()) {
        keys.fault(at, format!("`{}.schema`: {why}", keys.path()), Some("write `schema = \"0007..\"`".to_owned()));
    }
    let before = schema.take().unwrap_or_default();
    *schema = Some(SchemaSettings { needs: needs.or(before.needs), database: database.or(before.database) });
}
