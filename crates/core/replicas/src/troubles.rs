//! What is wrong with a database's servers, in words.

use crate::{Position, Seen, Servers, superseded};

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
        let Some(follows) = &up.follows else { continue };
        if let Some(trouble) = &follows.trouble {
            found.push(format!("`{name}` does not follow any more: {trouble}"));
        } else if !follows.connected {
            found.push(format!("nothing arrives at `{name}` from {}", follows.place));
        }
        let primary = |server: &&String| servers.get(*server).and_then(Seen::up);
        let hears_one = writing.iter().filter_map(primary).any(|primary| up.hears(primary));
        if let (true, false, [rightful]) =
            (follows.connected && follows.identity.is_some(), hears_one, writing.as_slice())
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
    use crate::{Follows, Role, Up};

    fn up(role: Role, writable: bool, follows: Option<Follows>) -> Seen {
        let position = Position::Log(1);
        Seen::Up(Up {
            role,
            writable,
            received: position.clone(),
            position,
            writes: None,
            identity: "1".to_owned(),
            timeline: None,
            applied_until: None,
            follows,
        })
    }

    fn check(a: Seen, b: Seen, expected: &[&str]) {
        let servers = [("a".to_owned(), a), ("b".to_owned(), b)].into_iter().collect();
        assert_eq!(troubles(&servers, Some("a")), expected);
    }

    #[test]
    fn each_trouble_has_its_words() {
        let follows = |connected, identity: &str, trouble: Option<&str>| {
            let (identity, trouble) = (Some(identity.to_owned()), trouble.map(str::to_owned));
            Some(Follows { place: "a:1".to_owned(), identity, connected, behind: None, trouble })
        };
        let primary = || up(Role::Primary, true, None);
        check(primary(), up(Role::Replica, false, follows(true, "1", None)), &[]);
        check(primary(), up(Role::Replica, false, follows(false, "1", None)), &["nothing arrives at `b` from a:1"]);
        check(
            primary(),
            up(Role::Replica, true, follows(false, "1", Some("duplicate key"))),
            &[
                "`b` is a replica and takes writes: `SET GLOBAL read_only = 1` there",
                "`b` does not follow any more: duplicate key",
            ],
        );
        check(
            primary(),
            up(Role::Replica, false, follows(true, "2", None)),
            &[
                "`b` follows a:1, which is not the primary: lead it to `a`, by `ALTER SYSTEM SET primary_conninfo = '…'; SELECT pg_reload_conf()` at `b`",
            ],
        );
        let of_timeline = |seen: Seen, timeline| match seen {
            Seen::Up(up) => Seen::Up(Up { timeline: Some(timeline), ..up }),
            away => away,
        };
        check(
            of_timeline(primary(), 2),
            of_timeline(up(Role::Replica, false, follows(true, "1", None)), 1),
            &[
                "`b` follows a:1, which is not the primary: lead it to `a`, by `ALTER SYSTEM SET primary_conninfo = '…'; SELECT pg_reload_conf()` at `b`",
            ],
        );
        check(
            primary(),
            primary(),
            &[
                "`a` and `b` take writes: there must be one primary",
                "`b` was superseded and takes writes again: `callsheet db fence b`",
            ],
        );
        check(
            up(Role::Primary, false, None),
            Seen::Silent("no route".to_owned()),
            &["no server takes writes", "`b` does not answer: no route"],
        );
    }
}
