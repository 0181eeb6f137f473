//! Servers and switches of paper, for tests.

pub(crate) mod town;

use std::time::Duration;

use crate::{Act, Book, Event, Follows, Order, Position, Role, Up, Way};

/// A primary of PostgreSQL that takes writes.
pub(crate) fn primary(at: u64) -> Up {
    let position = Position::Log(at);
    Up {
        role: Role::Primary,
        writable: true,
        exempt: None,
        received: position.clone(),
        position,
        writes: None,
        identity: "7".to_owned(),
        timeline: Some(1),
        applied_until: None,
        follows: None,
    }
}

/// A replica that hears it.
pub(crate) fn replica(at: u64) -> Up {
    Up { role: Role::Replica, writable: false, follows: Some(follows("db1:5432", "7")), ..primary(at) }
}

/// A replica of MariaDB with this `server_id` that hears that one.
pub(crate) fn mariadb_replica(own: &str, other: &str) -> Up {
    let place = format!("db{other}:3306");
    Up { identity: own.to_owned(), timeline: None, follows: Some(follows(&place, other)), ..replica(9) }
}

/// Whom a replica hears, when all is well.
pub(crate) fn follows(place: &str, identity: &str) -> Follows {
    Follows {
        place: place.to_owned(),
        identity: Some(identity.to_owned()),
        connected: true,
        behind: Some(Duration::ZERO),
        trouble: None,
    }
}

/// `b` is to become the primary in place of `a`.
pub(crate) fn order(way: Way) -> Order {
    Order { way, from: "a".into(), to: "b".into(), fence_command: false, loss_accepted: false }
}

/// A book in which that has begun, and then went on.
pub(crate) fn book(order: Order, events: impl IntoIterator<Item = Event>) -> Book {
    let mut book = Book::default();
    book.apply(&Event::Began(order));
    events.into_iter().for_each(|event| book.apply(&event));
    book
}

/// An act that was done.
pub(crate) fn did(act: Act, position: Option<Position>) -> Event {
    Event::Did { act, position, writes: None, said: String::new() }
}

/// One that was not possible.
pub(crate) fn failed(act: Act, why: &str) -> Event {
    Event::Failed { act, why: why.to_owned() }
}

/// Somebody goes on.
pub(crate) fn resumed() -> Event {
    Event::Resumed { loss_accepted: false, fence_command: None }
}
