//! `volatile-default`: a new column whose value differs by row makes PostgreSQL write the table anew.

use crate::lint::{Remark, Rule, Subject};
use crate::{Action, Engine};

pub(super) const RULE: Rule = Rule {
    name: "volatile-default",
    about: "a new column with a volatile default, serial, identity or stored expression rewrites the table",
    engines: &[Engine::Postgres],
    until_contract: false,
    check,
};

/// Functions whose value differs from row to row. `now()` and its like do not: they are the transaction's.
const VOLATILE: [&str; 9] = [
    "RANDOM",
    "GEN_RANDOM_UUID",
    "UUID_GENERATE_V4",
    "UUID_GENERATE_V1",
    "CLOCK_TIMESTAMP",
    "TIMEOFDAY",
    "NEXTVAL",
    "UUIDV7",
    "UUIDV4",
];
const SERIALS: [&str; 6] = ["SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL4", "SERIAL8", "SERIAL2"];

fn check(subject: &Subject) -> Option<Remark> {
    let (table, column, why) = subject.actions().find_map(|(table, action)| {
        let Action::AddColumn(added) = action else { return None };
        let has = |names: &[&str]| added.words.iter().any(|word| names.contains(&word.as_str()));
        let why = if has(&["DEFAULT"]) && has(&VOLATILE) {
            "its default differs by row"
        } else if has(&SERIALS) || has(&["IDENTITY"]) {
            "each row gets a number"
        } else if has(&["STORED"]) {
            "its expression is stored"
        } else {
            return None;
        };
        Some((table.full(), &added.column, why))
    })?;
    Remark::error(
        format!("adding `{table}.{column}` writes the whole table anew while nobody can read it: {why}"),
        format!(
            "add it nullable and without a default; set the default for new rows (`ALTER COLUMN {column} SET DEFAULT …`); \
             fill the older rows in batches, outside of the migration"
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::Engine::Postgres;
    use crate::lint::check;

    #[test]
    fn each_row_is_written() {
        for definition in ["uuid default gen_random_uuid()", "bigserial", "int generated always as (x + 1) stored"] {
            check(Postgres, &format!("alter table a add b {definition};"), &["volatile-default"]);
        }
        check(Postgres, "alter table a add b timestamptz not null default now();", &[]);
    }
}
