//! Who becomes the primary, and what may be lost by it.

use crate::{Refusal, Role, Seen, Servers, Up};

/// The older and the newer primary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The older one.
    pub from: String,
    /// The newer one.
    pub to: String,
}

/// For a planned switchover: one primary that answers, and a replica that follows it.
pub fn planned(servers: &Servers, to: Option<&str>) -> Result<Chosen, Refusal> {
    let primaries = primaries(servers);
    let writing: Vec<String> = primaries.iter().filter(|name| takes_writes(servers, name)).cloned().collect();
    let from = match (writing.as_slice(), primaries.as_slice()) {
        ([_, _, ..], _) => return Err(Refusal::TwoPrimaries(writing)),
        ([one], _) | ([], [one]) => one.clone(),
        ([], _) => return Err(Refusal::NoPrimary),
    };
    let to = match to {
        Some(to) => named(servers, to)?.to_owned(),
        None => match replicas(servers).as_slice() {
            [] => return Err(Refusal::NoReplica),
            [one] => one.clone(),
            several => return Err(Refusal::WhichReplica(several.to_vec())),
        },
    };
    let refused = |why: String| Refusal::NotAReplica { server: to.clone(), why };
    let replica = replica(servers, &to)?;
    let Some(follows) = &replica.follows else { return Err(refused("it follows nobody".to_owned())) };
    if let Some(trouble) = &follows.trouble {
        return Err(refused(trouble.clone()));
    }
    if !follows.connected {
        return Err(refused(format!("nothing arrives from {}", follows.place)));
    }
    let primary = servers.get(&from).and_then(Seen::up);
    if primary.is_some_and(|primary| follows.identity.as_ref().is_some_and(|of| *of != primary.identity)) {
        return Err(refused(format!("it follows {}, which is not `{from}`", follows.place)));
    }
    Ok(Chosen { from, to })
}

/// For a failover: the replica with the most, whoever was the primary. `last` was made the primary last; `from` is who a person says was it.
pub fn forced(
    servers: &Servers,
    to: Option<&str>,
    from: Option<&str>,
    last: Option<&str>,
    loss_accepted: bool,
) -> Result<Chosen, Refusal> {
    let to = match to {
        Some(to) => named(servers, to)?.to_owned(),
        None => furthest(servers)?,
    };
    let target = replica(servers, &to)?;
    for (name, other) in servers.iter().filter(|(name, _)| **name != to) {
        let Some(other) = other.up().filter(|other| other.is_replica()) else { continue };
        if let Some(missing) = target.received.behind(&other.received).filter(|missing| *missing > 0 && !loss_accepted)
        {
            let missing = target.received.amount(missing);
            return Err(Refusal::Behind { server: to, further: name.clone(), missing });
        }
    }
    let is_replica = |name: &str| servers.get(name).and_then(Seen::up).is_some_and(Up::is_replica);
    let others: Vec<String> = servers.keys().filter(|name| **name != to && !is_replica(name)).cloned().collect();
    let from = match (from, last.filter(|last| others.iter().any(|other| other == last)), others.as_slice()) {
        (Some(from), ..) => named(servers, from)?.to_owned(),
        (None, Some(last), _) => last.to_owned(),
        (None, None, [one]) => one.clone(),
        (None, None, []) => return Err(Refusal::NoPrimary),
        (None, None, several) => {
            let writing: Vec<&String> = several.iter().filter(|name| takes_writes(servers, name)).collect();
            match writing.as_slice() {
                [one] => (*one).clone(),
                [] => return Err(Refusal::WhichPrimary(others)),
                _ => return Err(Refusal::TwoPrimaries(writing.into_iter().cloned().collect())),
            }
        }
    };
    if from == to {
        return Err(Refusal::AlreadyPrimary(to));
    }
    Ok(Chosen { from, to })
}

/// What may be lost if `to` becomes the primary now, in words.
pub fn loss(servers: &Servers, chosen: &Chosen) -> String {
    let (from, to) = (&chosen.from, &chosen.to);
    let Some(target) = servers.get(to).and_then(Seen::up) else {
        return format!("what `{from}` took and `{to}` does not have");
    };
    if let Some(primary) = servers.get(from).and_then(Seen::up) {
        return match target.received.behind(&primary.position) {
            Some(0) => format!("what `{from}` takes from now on"),
            Some(missing) => format!("{}, and what `{from}` takes from now on", target.received.amount(missing)),
            None => format!("what `{from}` took and `{to}` does not have"),
        };
    }
    match target.applied_until {
        Some(until) => format!(
            "what `{from}` took after {}, when the last change that `{to}` has was made",
            until.strftime("%Y-%m-%d %H:%M:%S%.3fZ")
        ),
        None => format!("what `{from}` took after {}, which is all that `{to}` has received", target.received),
    }
}

/// Servers that take writes although another one was made the primary: `last` by the book, else the one of the newest timeline.
pub fn superseded(servers: &Servers, last: Option<&str>) -> Vec<String> {
    let writing = || servers.iter().filter(|(_, seen)| seen.takes_writes());
    let newest = writing().filter_map(|(_, seen)| seen.up()?.timeline).max();
    let of_newest = |seen: &Seen| newest.is_some() && seen.up().and_then(|up| up.timeline) == newest;
    let by_timeline = || {
        let mut newest = writing().filter(|(_, seen)| of_newest(seen)).map(|(name, _)| name.clone());
        newest.next().filter(|_| newest.next().is_none())
    };
    // The book may be another machine's; what a server itself knows of its timeline is newer than any book.
    let rightful = by_timeline().or_else(|| last.map(str::to_owned));
    let Some(rightful) = rightful else { return Vec::new() };
    writing().map(|(name, _)| name.clone()).filter(|name| *name != rightful).collect()
}

fn primaries(servers: &Servers) -> Vec<String> {
    let is = |seen: &Seen| seen.up().is_some_and(|up| up.role == Role::Primary);
    servers.iter().filter(|(_, seen)| is(seen)).map(|(name, _)| name.clone()).collect()
}

fn replicas(servers: &Servers) -> Vec<String> {
    servers.iter().filter(|(_, seen)| seen.up().is_some_and(Up::is_replica)).map(|(name, _)| name.clone()).collect()
}

fn takes_writes(servers: &Servers, name: &str) -> bool {
    servers.get(name).is_some_and(Seen::takes_writes)
}

fn named<'n>(servers: &Servers, name: &'n str) -> Result<&'n str, Refusal> {
    if servers.contains_key(name) { Ok(name) } else { Err(Refusal::Unknown(name.to_owned())) }
}

/// That replica, if it is one that answers.
fn replica<'s>(servers: &'s Servers, name: &str) -> Result<&'s Up, Refusal> {
    match servers.get(name) {
        None => Err(Refusal::Unknown(name.to_owned())),
        Some(Seen::Up(up)) if up.is_replica() => Ok(up),
        Some(Seen::Up(_)) => Err(Refusal::AlreadyPrimary(name.to_owned())),
        Some(away) => Err(Refusal::NotAReplica { server: name.to_owned(), why: away.why().to_owned() }),
    }
}

/// The replica that has received everything that any other has.
fn furthest(servers: &Servers) -> Result<String, Refusal> {
    let names = replicas(servers);
    let received = |name: &String| servers.get(name).and_then(Seen::up).map(|up| &up.received);
    let covers = |one: &&String| {
        names
            .iter()
            .all(|other| matches!((received(one), received(other)), (Some(one), Some(other)) if one.covers(other)))
    };
    match (names.iter().find(covers), names.as_slice()) {
        (Some(one), _) => Ok(one.clone()),
        (None, []) => Err(Refusal::NoReplica),
        (None, _) => Err(Refusal::WhichReplica(names)),
    }
}

#[cfg(test)]
#[path = "choose_tests.rs"]
mod tests;
