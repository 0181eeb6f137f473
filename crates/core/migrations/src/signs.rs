//! By which signs in the catalogue one sees that a definition happened.

use crate::{Action, Definition, Engine, Name};

/// Something that is there, or is not, once a definition has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A table or view is there (`true`) or not.
    Table(Name, bool),
    /// A column of a table.
    Column(Name, String, bool),
    /// An index; with its table where the engine names indexes by table. On PostgreSQL it must be valid, too.
    Index(Option<Name>, Name, bool),
    /// A constraint of a table.
    Constraint(Name, String, bool),
    /// A routine, trigger, sequence, schema, …: kind in upper case.
    Other(String, Name, bool),
    /// A value of an enumeration, quotes included.
    EnumValue(Name, String),
}

/// The signs of `definition`: it has happened when all hold, it has not when none does. Empty: nothing in the catalogue tells.
pub fn signs(definition: &Definition, engine: Engine) -> Vec<Sign> {
    match definition {
        Definition::CreateTable { table, temporary: false, .. } => vec![Sign::Table(table.clone(), true)],
        Definition::DropTable { tables, .. } => tables.iter().map(|table| Sign::Table(table.clone(), false)).collect(),
        Definition::RenameTables(pairs) => {
            let both = |(old, new): &(Name, Name)| [Sign::Table(old.clone(), false), Sign::Table(new.clone(), true)];
            pairs.iter().flat_map(both).collect()
        }
        Definition::CreateIndex(index) => {
            let table = (engine == Engine::Mysql).then(|| index.table.clone());
            index.name.iter().map(|name| Sign::Index(table.clone(), in_schema(name, &index.table), true)).collect()
        }
        Definition::DropIndex { names, table, .. } => {
            names.iter().map(|name| Sign::Index(table.clone(), name.clone(), false)).collect()
        }
        Definition::AlterTable { table, actions, .. } => {
            let found: Vec<Vec<Sign>> = actions.iter().map(|action| of_action(table, action)).collect();
            // One statement is done whole or not at all, so some signs tell of all of it.
            found.into_iter().flatten().collect()
        }
        Definition::CreateOther { kind, name, lenient: false } => vec![Sign::Other(kind.clone(), name.clone(), true)],
        Definition::DropOther { kind, name, .. } => vec![Sign::Other(kind.clone(), name.clone(), false)],
        Definition::AddEnumValue { kind, value, .. } => vec![Sign::EnumValue(kind.clone(), value.clone())],
        _ => Vec::new(),
    }
}

/// An index lives in its table's schema.
fn in_schema(index: &Name, table: &Name) -> Name {
    Name { schema: index.schema.clone().or_else(|| table.schema.clone()), name: index.name.clone() }
}

fn of_action(table: &Name, action: &Action) -> Vec<Sign> {
    let column = |column: &str, there| Sign::Column(table.clone(), column.to_owned(), there);
    match action {
        Action::AddColumn(added) => vec![column(&added.column, true)],
        Action::DropColumn { column: dropped, .. } => vec![column(dropped, false)],
        Action::RenameColumn { from, to } => vec![column(from, false), column(to, true)],
        Action::RenameTable { to } => {
            let to = Name { schema: to.schema.clone().or_else(|| table.schema.clone()), name: to.name.clone() };
            vec![Sign::Table(table.clone(), false), Sign::Table(to, true)]
        }
        Action::AddConstraint { name: Some(name), .. } => vec![Sign::Constraint(table.clone(), name.clone(), true)],
        Action::DropConstraint { name, .. } => vec![Sign::Constraint(table.clone(), name.clone(), false)],
        Action::AddIndex { name: Some(name) } => {
            vec![Sign::Index(Some(table.clone()), Name { schema: None, name: name.clone() }, true)]
        }
        Action::DropIndex { name, .. } => {
            vec![Sign::Index(Some(table.clone()), Name { schema: None, name: name.clone() }, false)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_shows_in_the_catalogue() {
        let found = |sql: &str| signs(&Definition::read(sql, Engine::Mysql), Engine::Mysql);
        let name = |name: &str| Name { schema: None, name: name.to_owned() };
        assert_eq!(found("create table `a b` (c int)"), [Sign::Table(name("a b"), true)]);
        let expected = [Sign::Column(name("t"), "c".to_owned(), true), Sign::Index(Some(name("t")), name("i"), false)];
        assert_eq!(found("alter table t add c int, drop index i"), expected);
        assert_eq!(found("alter table t rename u"), [Sign::Table(name("t"), false), Sign::Table(name("u"), true)]);
        assert_eq!(found("alter table t modify c bigint"), []);
    }
}
