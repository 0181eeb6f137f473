//! Looking for signs in the catalogue.

use callsheet_migrations::{Definition, Sign, signs};

use super::session::{Refusal, Session};

/// What the catalogue says of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Its result is there.
    Done,
    /// Nothing of it is.
    NotDone,
    /// It can be run again whatever happened.
    Harmless,
    /// The catalogue does not tell.
    Unknown,
}

pub(super) async fn look(session: &mut impl Session, statement: &str) -> Result<Seen, Refusal> {
    let definition = Definition::read(statement, session.engine());
    if is_harmless(&definition) {
        return Ok(Seen::Harmless);
    }
    let signs = signs(&definition, session.engine());
    let (mut hold, mut fail) = (0, 0);
    for sign in &signs {
        match holds(session, sign).await? {
            Some(true) => hold += 1,
            Some(false) => fail += 1,
            None => return Ok(Seen::Unknown),
        }
    }
    Ok(match (hold, fail) {
        (0, 0) => Seen::Unknown,
        (_, 0) => Seen::Done,
        (0, _) => Seen::NotDone,
        _ => Seen::Unknown,
    })
}

/// Its own words make it so.
fn is_harmless(definition: &Definition) -> bool {
    match definition {
        Definition::CreateTable { lenient, .. }
        | Definition::DropTable { lenient, .. }
        | Definition::DropIndex { lenient, .. }
        | Definition::CreateOther { lenient, .. }
        | Definition::DropOther { lenient, .. }
        | Definition::AddEnumValue { lenient, .. } => *lenient,
        Definition::CreateIndex(index) => index.lenient,
        Definition::Upkeep
        | Definition::Rewrite
        | Definition::Reindex { .. }
        | Definition::Truncate(_)
        | Definition::Session => true,
        _ => false,
    }
}

async fn holds(session: &mut impl Session, sign: &Sign) -> Result<Option<bool>, Refusal> {
    let wanted = match sign {
        Sign::Table(_, there)
        | Sign::Column(_, _, there)
        | Sign::Index(_, _, there)
        | Sign::Constraint(_, _, there)
        | Sign::Other(_, _, there) => *there,
        Sign::EnumValue(..) => true,
    };
    let Some(query) = session.there(sign) else { return Ok(None) };
    let there = !session.rows(&query).await?.is_empty();
    Ok(Some(there == wanted))
}

/// Whether a table of that name is there.
pub(super) async fn has_table(session: &mut impl Session, name: &str) -> Result<bool, Refusal> {
    let name = callsheet_migrations::Name { schema: None, name: name.to_owned() };
    Ok(holds(session, &Sign::Table(name, true)).await?.unwrap_or(false))
}

/// Whether there is a history where this session keeps it: one elsewhere on the search path is another's.
pub(super) async fn has_history(session: &mut impl Session) -> Result<bool, Refusal> {
    let schema = session.schema().map(str::to_owned);
    let name = callsheet_migrations::Name { schema, name: super::record::TABLE.to_owned() };
    Ok(holds(session, &Sign::Table(name, true)).await?.unwrap_or(false))
}
