//! Which replicas a primary's changes do not reach.

use std::collections::BTreeSet;

use crate::{Seen, Servers, Up};

/// Replicas that answer and are to be led to `primary`: its changes do not come to them, neither from itself nor through other replicas. Who hears a
/// replica that is to be led there is not: it is led there with that one.
pub fn strays(servers: &Servers, primary: &str) -> Vec<String> {
    let Some(primary) = servers.get(primary).and_then(Seen::up) else { return Vec::new() };
    let stray = |up: &Up| up.is_replica() && !reaches(servers, primary, up);
    servers.iter().filter(|(_, seen)| seen.up().is_some_and(stray)).map(|(name, _)| name.clone()).collect()
}

/// Whether a replica hears `primary`, or one of the other replicas, which may be strays themselves.
fn reaches(servers: &Servers, primary: &Up, replica: &Up) -> bool {
    let mut met = BTreeSet::new();
    let mut at = replica;
    loop {
        if at.hears(primary) {
            return true;
        }
        // One that heard itself, by whatever detour, would hear nobody.
        match at.heard(servers, primary) {
            Some(next) if met.insert(&next.identity) => at = next,
            Some(_) => return false,
            None => return !std::ptr::eq(at, replica),
        }
    }
}

impl Up {
    /// Whether it is a replica of this very data that hears `primary` and has come as far as its timeline.
    fn hears(&self, primary: &Up) -> bool {
        let up_to_date = self.timeline.is_none() || primary.timeline.is_none() || self.timeline >= primary.timeline;
        self.hears_identity(&primary.identity) && up_to_date
    }

    fn hears_identity(&self, identity: &str) -> bool {
        self.follows.as_ref().is_some_and(|follows| follows.connected && follows.identity.as_deref() == Some(identity))
    }

    /// The replica that it hears, where servers of the same data can be told apart.
    fn heard<'s>(&self, servers: &'s Servers, primary: &Up) -> Option<&'s Up> {
        let others = servers.values().filter_map(Seen::up).filter(|other| other.is_replica());
        others.filter(|other| other.identity != primary.identity).find(|other| self.hears_identity(&other.identity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{follows, mariadb_replica, primary, replica};

    fn check(all: &[(&str, Seen)], expected: &[&str]) {
        let servers: Servers = all.iter().map(|(name, seen)| ((*name).to_owned(), seen.clone())).collect();
        assert_eq!(strays(&servers, "a"), expected, "{servers:?}");
    }

    /// A primary of MariaDB with this `server_id`.
    fn one(identity: &str) -> Seen {
        Seen::Up(Up { identity: identity.to_owned(), timeline: None, ..primary(9) })
    }

    fn hears(own: &str, other: &str) -> Seen {
        Seen::Up(mariadb_replica(own, other))
    }

    #[test]
    fn a_replica_of_a_replica_is_no_stray() {
        check(&[("a", one("1")), ("b", hears("2", "1")), ("c", hears("3", "2")), ("d", hears("4", "3"))], &[]);
    }

    #[test]
    fn of_a_chain_that_goes_astray_the_first_is_to_be_led() {
        let gone = Seen::Refused("connection refused".to_owned());
        check(&[("a", one("1")), ("b", hears("2", "9")), ("c", hears("3", "2")), ("old", gone)], &["b"]);
        // The older primary answers, closed.
        check(&[("a", one("1")), ("b", hears("2", "9")), ("c", hears("3", "2")), ("old", one("9"))], &["b"]);
    }

    #[test]
    fn who_hears_nobody_or_one_another_is_a_stray() {
        let deaf = |own: &str, other: &str| {
            let up = mariadb_replica(own, other);
            let follows = up.follows.map(|follows| crate::Follows { connected: false, ..follows });
            Seen::Up(Up { follows, ..up })
        };
        check(&[("a", one("1")), ("b", deaf("2", "1")), ("c", hears("3", "2"))], &["b"]);
        check(&[("a", one("1")), ("b", hears("2", "1")), ("c", deaf("3", "2"))], &["c"]);
        check(&[("a", one("1")), ("b", hears("2", "3")), ("c", hears("3", "2"))], &["b", "c"]);
        check(&[("a", one("1")), ("b", hears("2", "2"))], &["b"]);
        // A middle one that does not answer says nothing of what comes through it.
        check(&[("a", one("1")), ("c", hears("3", "2")), ("b", Seen::Silent("no route".to_owned()))], &["c"]);
    }

    #[test]
    fn on_postgresql_the_timeline_tells() {
        let on = |up: Up, timeline| Seen::Up(Up { timeline: Some(timeline), ..up });
        let replica = || Up { follows: Some(follows("a:1", "7")), ..replica(9) };
        check(&[("a", on(primary(9), 2)), ("b", on(replica(), 2)), ("c", on(replica(), 1))], &["c"]);
    }
}
