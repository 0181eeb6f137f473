//! Servers in words and as JSON.

use callsheet_databases::replication::Cluster;
use callsheet_replicas::{Act, Role, Seen, Servers};
use serde_json::{Value, json};

use crate::commands::backup::clock;
use crate::screen::Screen;

/// A line for each server.
pub(super) fn servers(servers: &Servers, cluster: &Cluster, screen: Screen) -> String {
    let width = servers.keys().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for (name, seen) in servers {
        let place = cluster.members.get(name).map(|member| member.address.describe()).unwrap_or_default();
        let (role, rest) = words(seen, servers);
        let role = match (seen, role) {
            (Seen::Up(up), role) if up.role == Role::Primary && up.writable => screen.out.green(format!("{role:<8}")),
            (Seen::Up(_), role) => format!("{role:<8}"),
            (_, role) => screen.out.yellow(format!("{role:<8}")),
        };
        text.push_str(&format!("{name:<width$}  {role}  {place}  {rest}\n"));
    }
    text
}

fn words(seen: &Seen, servers: &Servers) -> (&'static str, String) {
    let up = match seen {
        Seen::Up(up) => up,
        Seen::Refused(why) => return ("gone", why.clone()),
        Seen::Silent(why) => return ("silent", why.clone()),
        Seen::Denied(why) => return ("denied", why.clone()),
    };
    let at = &up.position;
    match (&up.follows, up.writable) {
        (None, true) => ("primary", format!("takes writes, at {at}")),
        (None, false) => match &up.exempt {
            Some(exempt) => ("closed", format!("takes writes of {exempt} alone, at {at}")),
            None => ("closed", format!("takes no writes, at {at}")),
        },
        (Some(follows), _) => {
            let primary = servers.values().filter_map(Seen::up).find(|other| !other.is_replica());
            let missing = primary.and_then(|primary| at.behind(&primary.position));
            let behind = match (missing, follows.behind) {
                (Some(0), _) => "nothing behind".to_owned(),
                (Some(missing), Some(time)) => format!("{} and {} behind", at.amount(missing), clock(time)),
                (Some(missing), None) => format!("{} behind", at.amount(missing)),
                (None, _) => format!("at {at}"),
            };
            let follows = if follows.connected { "follows" } else { "does not hear" };
            let place = up.follows.as_ref().map_or("", |follows| follows.place.as_str());
            ("replica", format!("{follows} {place}, {behind}"))
        }
    }
}

/// The same as JSON.
pub(super) fn json_of(servers: &Servers, cluster: &Cluster) -> Value {
    let primary = servers.values().filter_map(Seen::up).find(|other| !other.is_replica());
    let one = |(name, seen): (&String, &Seen)| {
        let place = cluster.members.get(name).map(|member| member.address.describe());
        let Some(up) = seen.up() else {
            let (role, why) = words(seen, servers);
            return json!({ "name": name, "place": place, "role": role, "why": why });
        };
        let follows = up.follows.as_ref().map(|follows| {
            json!({
                "place": follows.place, "connected": follows.connected, "trouble": follows.trouble,
                "behind_ms": follows.behind.map(|behind| behind.as_millis()),
                "behind": primary.and_then(|primary| up.position.behind(&primary.position)),
            })
        });
        json!({
            "name": name, "place": place, "role": if up.is_replica() { "replica" } else { "primary" }, "writable": up.writable,
            "exempt": up.exempt, "position": up.position.to_string(), "timeline": up.timeline, "follows": follows,
        })
    };
    servers.iter().map(one).collect()
}

/// What an act is, while it is done and in the record.
pub(super) fn act(act: Act, from: &str, to: &str) -> String {
    match act {
        Act::Close => format!("close `{from}`"),
        Act::CatchUp => format!("wait until `{to}` has everything"),
        Act::Fence => format!("fence `{from}`"),
        Act::Promote => format!("make `{to}` the primary"),
        Act::Reopen => format!("open `{from}` again"),
        Act::Repoint => format!("let the other replicas follow `{to}`"),
    }
}
