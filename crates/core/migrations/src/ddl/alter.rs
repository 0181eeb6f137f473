//! ALTER.

use super::{Definition, Name};
use crate::Engine;
use crate::sql::Reader;

/// One action of ALTER TABLE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// ADD COLUMN.
    AddColumn(ColumnDefinition),
    /// DROP COLUMN.
    DropColumn {
        /// The column.
        column: String,
        /// IF EXISTS.
        lenient: bool,
    },
    /// ALTER COLUMN … TYPE.
    ChangeType {
        /// The column.
        column: String,
        /// The new type and what follows, words in upper case.
        to: Vec<String>,
    },
    /// ALTER COLUMN … SET NOT NULL.
    SetNotNull {
        /// The column.
        column: String,
    },
    /// ALTER COLUMN … DROP NOT NULL, SET or DROP DEFAULT, SET STATISTICS and other things quickly done.
    AlterColumn {
        /// The column.
        column: String,
    },
    /// MySQL's MODIFY, and CHANGE with the same name.
    ModifyColumn(ColumnDefinition),
    /// RENAME COLUMN; MySQL's CHANGE with another name.
    RenameColumn {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
    },
    /// RENAME TO.
    RenameTable {
        /// The new name.
        to: Name,
    },
    /// ADD CONSTRAINT, ADD PRIMARY KEY and the like.
    AddConstraint {
        /// Its name, if one is written.
        name: Option<String>,
        /// Which.
        kind: Constraint,
        /// NOT VALID, NOT ENFORCED.
        not_valid: bool,
        /// PostgreSQL's USING INDEX.
        using_index: bool,
    },
    /// VALIDATE CONSTRAINT.
    ValidateConstraint {
        /// Its name.
        name: String,
    },
    /// DROP CONSTRAINT, DROP FOREIGN KEY.
    DropConstraint {
        /// Its name.
        name: String,
        /// IF EXISTS.
        lenient: bool,
    },
    /// MySQL's ADD INDEX and ADD KEY.
    AddIndex {
        /// Its name, unless the server makes one up.
        name: Option<String>,
    },
    /// MySQL's DROP INDEX and DROP KEY.
    DropIndex {
        /// Its name.
        name: String,
        /// IF EXISTS.
        lenient: bool,
    },
    /// MySQL's CONVERT TO, ENGINE =, FORCE, ORDER BY; PostgreSQL's SET TABLESPACE, SET LOGGED, SET UNLOGGED: writes the table anew.
    Rewrite,
    /// Anything else.
    Other,
}

/// A column with what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// Its name.
    pub column: String,
    /// IF NOT EXISTS.
    pub lenient: bool,
    /// What follows the name, words in upper case.
    pub words: Vec<String>,
}

/// The kind of a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// CHECK.
    Check,
    /// FOREIGN KEY.
    ForeignKey,
    /// UNIQUE.
    Unique,
    /// PRIMARY KEY.
    PrimaryKey,
    /// EXCLUDE.
    Exclude,
}

pub(super) fn alter(reader: &mut Reader, engine: Engine) -> Option<Definition> {
    if reader.words("TYPE") {
        let kind = reader.name()?;
        if !reader.words("ADD VALUE") {
            return Some(Definition::AlterType { kind });
        }
        let lenient = reader.words("IF NOT EXISTS");
        let value = reader.next_token()?.text.to_owned();
        return Some(Definition::AddEnumValue { kind, value, lenient });
    }
    for online in ["ONLINE", "OFFLINE", "IGNORE"] {
        reader.words(online);
    }
    if !reader.words("TABLE") {
        return None;
    }
    reader.words("IF EXISTS");
    reader.words("ONLY");
    let table = reader.name()?;
    reader.symbol("*");
    let options = options(reader);
    let mut actions = Vec::new();
    loop {
        let is_option = ["ALGORITHM", "LOCK", "WAIT", "NOWAIT"]
            .iter()
            .any(|word| reader.peek().is_some_and(|token| token.is(word)));
        if !is_option && !reader.at_end() {
            actions.push(action(&mut reader.clone(), engine).unwrap_or(Action::Other));
        }
        if !reader.pass_comma() {
            return Some(Definition::AlterTable { table, actions, options });
        }
    }
}

/// `ALGORITHM=INPLACE` and `LOCK=NONE`, wherever they stand.
pub(super) fn options(reader: &Reader) -> Vec<String> {
    let mut reader = reader.clone();
    let mut found = Vec::new();
    while let Some(token) = reader.next_token() {
        if token.is("ALGORITHM") || token.is("LOCK") {
            reader.symbol("=");
            if let Some(value) = reader.next_token() {
                found.push(format!("{}={}", token.text, value.text).to_ascii_uppercase());
            }
        }
    }
    found
}

fn action(reader: &mut Reader, engine: Engine) -> Option<Action> {
    match reader.next_token()?.text.to_ascii_uppercase().as_str() {
        "ADD" => add(reader, engine),
        "DROP" => drop(reader),
        "ALTER" => {
            reader.words("COLUMN");
            let column = reader.name()?.name;
            if reader.words("TYPE") || reader.words("SET DATA TYPE") {
                return Some(Action::ChangeType { column, to: reader.until_comma() });
            }
            Some(if reader.words("SET NOT NULL") {
                Action::SetNotNull { column }
            } else {
                Action::AlterColumn { column }
            })
        }
        "MODIFY" => {
            reader.words("COLUMN");
            column(reader).map(Action::ModifyColumn)
        }
        "CHANGE" => {
            reader.words("COLUMN");
            let from = reader.name()?.name;
            let changed = column(reader)?;
            let same = changed.column.eq_ignore_ascii_case(&from);
            Some(if same { Action::ModifyColumn(changed) } else { Action::RenameColumn { from, to: changed.column } })
        }
        "RENAME" => rename(reader),
        "VALIDATE" if reader.words("CONSTRAINT") => Some(Action::ValidateConstraint { name: reader.name()?.name }),
        "CONVERT" | "ENGINE" | "FORCE" | "ORDER" | "TABLESPACE" => Some(Action::Rewrite),
        "SET" => {
            let writes = ["TABLESPACE", "LOGGED", "UNLOGGED", "ACCESS METHOD"].iter().any(|words| reader.words(words));
            Some(if writes { Action::Rewrite } else { Action::Other })
        }
        _ => None,
    }
}

fn column(reader: &mut Reader) -> Option<ColumnDefinition> {
    let lenient = reader.words("IF NOT EXISTS");
    let column = reader.name()?.name;
    Some(ColumnDefinition { column, lenient, words: reader.until_comma() })
}

fn add(reader: &mut Reader, engine: Engine) -> Option<Action> {
    if reader.words("COLUMN") {
        return column(reader).map(Action::AddColumn);
    }
    let name = if reader.words("CONSTRAINT") {
        let unnamed = ["CHECK", "FOREIGN", "UNIQUE", "PRIMARY"]
            .iter()
            .any(|kind| reader.peek().is_some_and(|next| next.is(kind)));
        if unnamed { None } else { reader.name().map(|name| name.name) }
    } else {
        None
    };
    if let Some(kind) = constraint(reader) {
        let not_valid = reader.ahead("NOT VALID", true) || reader.ahead("NOT ENFORCED", true);
        let name = name.or_else(|| index_name(reader, kind, engine));
        return Some(Action::AddConstraint { name, kind, not_valid, using_index: reader.ahead("USING INDEX", true) });
    }
    if engine == Engine::Mysql {
        let kind = ["FULLTEXT", "SPATIAL"].iter().any(|kind| reader.words(kind));
        if reader.words("INDEX") || reader.words("KEY") || kind {
            reader.words("IF NOT EXISTS");
            let unnamed = reader.peek()?.is_symbol("(") || reader.peek()?.is("USING");
            return Some(Action::AddIndex { name: if unnamed { None } else { reader.name().map(|name| name.name) } });
        }
        if reader.words("PARTITION") || reader.symbol("(") {
            return None;
        }
    }
    column(reader).map(Action::AddColumn)
}

fn constraint(reader: &mut Reader) -> Option<Constraint> {
    let kinds = [
        ("CHECK", Constraint::Check),
        ("FOREIGN KEY", Constraint::ForeignKey),
        ("UNIQUE", Constraint::Unique),
        ("PRIMARY KEY", Constraint::PrimaryKey),
        ("EXCLUDE", Constraint::Exclude),
    ];
    kinds.into_iter().find(|(words, _)| reader.words(words)).map(|(_, kind)| kind)
}

/// MySQL's `UNIQUE INDEX name (…)`.
fn index_name(reader: &mut Reader, kind: Constraint, engine: Engine) -> Option<String> {
    if engine != Engine::Mysql || kind != Constraint::Unique {
        return None;
    }
    let _ = reader.words("INDEX") || reader.words("KEY");
    if reader.peek()?.is_symbol("(") { None } else { reader.name().map(|name| name.name) }
}

fn drop(reader: &mut Reader) -> Option<Action> {
    let lenient = |reader: &mut Reader| reader.words("IF EXISTS");
    if reader.words("CONSTRAINT") || reader.words("FOREIGN KEY") || reader.words("CHECK") {
        let lenient = lenient(reader);
        return Some(Action::DropConstraint { name: reader.name()?.name, lenient });
    }
    if reader.words("PRIMARY KEY") {
        return Some(Action::DropConstraint { name: "PRIMARY".to_owned(), lenient: false });
    }
    if reader.words("INDEX") || reader.words("KEY") {
        let lenient = lenient(reader);
        return Some(Action::DropIndex { name: reader.name()?.name, lenient });
    }
    if reader.words("PARTITION") {
        return None;
    }
    reader.words("COLUMN");
    let lenient = lenient(reader);
    Some(Action::DropColumn { column: reader.name()?.name, lenient })
}

fn rename(reader: &mut Reader) -> Option<Action> {
    if reader.words("TO") || reader.words("AS") {
        return Some(Action::RenameTable { to: reader.name()? });
    }
    let other = ["INDEX", "KEY", "CONSTRAINT"].iter().any(|kind| reader.words(kind));
    if other {
        return Some(Action::Other);
    }
    let named_column = reader.words("COLUMN");
    let from = reader.name()?;
    if reader.words("TO") {
        return Some(Action::RenameColumn { from: from.name, to: reader.name()?.name });
    }
    // MySQL: `RENAME new_name`.
    (!named_column).then_some(Action::RenameTable { to: from })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(sql: &str, engine: Engine) -> Vec<Action> {
        match Definition::read(sql, engine) {
            Definition::AlterTable { actions, .. } => actions,
            other => panic!("{sql}: {other:?}"),
        }
    }

    #[test]
    fn actions_are_told_apart() {
        let found = actions(
            "alter table if exists only s.t add column a int default f(1, 2) not null, drop b, alter c type text using c::text, add constraint k foreign key (x) references y(z) not valid, rename d to e",
            Engine::Postgres,
        );
        let [
            Action::AddColumn(a),
            Action::DropColumn { column: b, .. },
            Action::ChangeType { column: c, .. },
            constraint,
            Action::RenameColumn { from, to },
        ] = found.as_slice()
        else {
            panic!("{found:?}")
        };
        assert_eq!((a.column.as_str(), b.as_str(), c.as_str(), from.as_str(), to.as_str()), ("a", "b", "c", "d", "e"));
        assert!(a.words.join(" ").ends_with("NOT NULL"), "{a:?}");
        let expected = Action::AddConstraint {
            name: Some("k".to_owned()),
            kind: Constraint::ForeignKey,
            not_valid: true,
            using_index: false,
        };
        assert_eq!(constraint, &expected);
    }

    #[test]
    fn mysql_has_words_of_its_own() {
        let found = actions(
            "ALTER TABLE `t` ADD UNIQUE KEY `u` (`a`), ADD INDEX i (b), CHANGE c d INT, MODIFY e BIGINT NOT NULL, ALGORITHM=INPLACE, LOCK=NONE",
            Engine::Mysql,
        );
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(matches!(&found[0], Action::AddConstraint { name: Some(name), .. } if name == "u"));
        assert_eq!(found[1], Action::AddIndex { name: Some("i".to_owned()) });
        assert_eq!(found[2], Action::RenameColumn { from: "c".to_owned(), to: "d".to_owned() });
    }
}
