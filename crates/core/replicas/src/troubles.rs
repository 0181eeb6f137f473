//! What is wrong with a database's servers, in words.

use crate::{Position, Seen, Servers, strays, superseded};

/// What is wrong, each with what is best done; nothing if all is well. `last` was made the primary last.
pub fn troubles(servers: &Servers, last: Option<&str>) -> Vec<String> {
    let mut found = Vec::new();
    let writing: Vec<&String> = servers.iter().filter(|(_, seen)| seen.takes_writes()).map(|(name, _)| name).collect();
    let old = superseded(servers, last);
    match writing.as_slice() {
        [] => found.push("no server takes writes".to_owned()),
        [_] => {}
        _ => {
            let names: Vec<String> = writing.iter().map(|name| format!("`{name}`")).collect();
            found.push(format!("{} take writes: there must be one primary", names.join(" and ")));
        }
    }
    for name in &old {
        found.push(format!("`{name}` was superseded and takes writes again: `callsheet db fence {name}`"));
    }
    for (name, seen) in servers {
        let up = match seen {
            Seen::Up(up) => up,
            Seen::Refused(why) | Seen::Silent(why) => {
                found.push(format!("`{name}` does not answer: {why}"));
                continue;
            }
            Seen::Denied(why) => {
                found.push(format!("`{name}` does not let us in: {why}"));
                continue;
            }
        };
        if up.is_replica() && up.writable {
            found.push(format!("`{name}` is a replica and takes writes: `SET GLOBAL read_only = 1` there"));
        }
        if let (false, Some(exempt)) = (up.writable, up.exempt.as_ref().filter(|_| !up.is_replica())) {
            found.push(format!("`{name}` is closed, but not for {exempt}"));
        }
        let Some(follows) = &up.follows else { continue };
        if let Some(trouble) = &follows.trouble {
            found.push(format!("`{name}` does not follow any more: {trouble}"));
        } else if !follows.connected {
            found.push(format!("nothing arrives at `{name}` from {}", follows.place));
        }
        if let [rightful] = writing.as_slice()
            && follows.connected
            && follows.identity.is_some()
            && strays(servers, rightful).contains(name)
        {
            let how = match up.position {
                Position::Log(_) => "`ALTER SYSTEM SET primary_conninfo = '…'; SELECT pg_reload_conf()`",
                Position::Gtid(_) => "`STOP SLAVE; CHANGE MASTER TO MASTER_HOST = '…', MASTER_PORT = …; START SLAVE`",
            };
            found.push(format!(
                "`{name}` follows {}, which is not the primary: lead it to `{rightful}`, by {how} at `{name}`",
                follows.place
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{follows, mariadb_replica, primary, replica};
    use crate::{Follows, Up};

    fn check(a: Up, b: Seen, expected: &[&str]) {
        let servers = [("a".to_owned(), Seen::Up(a)), ("b".to_owned(), b)].into_iter().collect();
        assert_eq!(troubles(&servers, Some("a")), expected);
    }

    fn following(follows: Follows) -> Up {
        Up { follows: Some(follows), ..replica(9) }
    }

    const LED: &str = "`b` follows a:1, which is not the primary: lead it to `a`, by `ALTER SYSTEM SET primary_conninfo = '…'; SELECT pg_reload_conf()` at `b`";

    #[test]
    fn each_trouble_has_its_words() {
        let well = follows("a:1", "7");
        check(primary(9), Seen::Up(following(well.clone())), &[]);
        let deaf = Follows { connected: false, ..well.clone() };
        check(primary(9), Seen::Up(following(deaf.clone())), &["nothing arrives at `b` from a:1"]);
        let broken = Follows { trouble: Some("duplicate key".to_owned()), ..deaf };
        check(
            primary(9),
            Seen::Up(Up { writable: true, ..following(broken) }),
            &[
                "`b` is a replica and takes writes: `SET GLOBAL read_only = 1` there",
                "`b` does not follow any more: duplicate key",
            ],
        );
        check(primary(9), Seen::Up(following(follows("a:1", "8"))), &[LED]);
        check(Up { timeline: Some(2), ..primary(9) }, Seen::Up(following(well)), &[LED]);
        check(
            primary(9),
            Seen::Up(primary(9)),
            &[
                "`a` and `b` take writes: there must be one primary",
                "`b` was superseded and takes writes again: `callsheet db fence b`",
            ],
        );
        let closed = Up { writable: false, ..primary(9) };
        check(
            closed.clone(),
            Seen::Silent("no route".to_owned()),
            &["no server takes writes", "`b` does not answer: no route"],
        );
        let exempt = Some("role `shop`".to_owned());
        check(Up { exempt: exempt.clone(), ..primary(9) }, Seen::Up(replica(9)), &[]);
        check(Up { exempt, ..closed }, Seen::Up(replica(9)), &["`a` is closed, but not for role `shop`"]);
    }

    #[test]
    fn a_replica_of_a_replica_is_no_trouble() {
        let a = Seen::Up(Up { identity: "1".to_owned(), timeline: None, ..primary(9) });
        let (b, c) = (Seen::Up(mariadb_replica("2", "1")), Seen::Up(mariadb_replica("3", "2")));
        let servers = [("a".to_owned(), a), ("b".to_owned(), b), ("c".to_owned(), c)].into_iter().collect();
        assert_eq!(troubles(&servers, None), [""; 0]);
    }
}
