//! What comes next in a switch, from what the book says and what was seen just now.

use crate::{Act, Outcome, Refusal, Role, Seen, Servers, Switch, Up, Way, strays};

/// So often the newer one is let catch up with an older one that changes something although it is closed.
const CATCH_UPS: u32 = 5;

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Record the intent, then do it, then record how it went.
    Do(Act),
    /// It is over.
    End(Outcome),
    /// It stops here; the book stays open, and whoever calls again goes on.
    Stop(Refusal),
}

const RESTLESS: &str = "it changes something again and again although it is closed: who asks for `READ WRITE` there?";

/// What comes next.
pub fn decide(switch: &Switch, servers: &Servers) -> Decision {
    let absent = Seen::Silent("callsheet.toml does not name it any more".to_owned());
    let seen = |name: &str| servers.get(name).unwrap_or(&absent);
    let scene = Scene { switch, from: seen(&switch.order.from), to: seen(&switch.order.to) };
    if let Some(other) = scene.third_primary(servers) {
        return Decision::Stop(Refusal::TwoPrimaries(vec![switch.order.from.clone(), other]));
    }
    match scene.to {
        Seen::Up(up) if up.role == Role::Primary && up.writable => scene.promoted(servers),
        Seen::Up(up) if up.role == Role::Primary => match switch.promotion_intended {
            true => scene.opening(),
            false => scene.turn_back("it is no replica any more".to_owned()),
        },
        Seen::Up(up) => match switch.order.way {
            Way::Planned => scene.planned(up),
            Way::Forced => scene.forced(),
        },
        away if switch.promotion_intended => {
            let why = away.why().to_owned();
            Decision::Stop(Refusal::TargetGone { server: switch.order.to.clone(), why })
        }
        away => scene.turn_back(away.why().to_owned()),
    }
}

struct Scene<'s> {
    switch: &'s Switch,
    from: &'s Seen,
    to: &'s Seen,
}

impl Scene<'_> {
    /// Somebody else who takes writes.
    fn third_primary(&self, servers: &Servers) -> Option<String> {
        let order = &self.switch.order;
        let others = servers.iter().filter(|(name, _)| **name != order.from && **name != order.to);
        others.filter(|(_, seen)| seen.takes_writes()).map(|(name, _)| name.clone()).next()
    }

    /// The newer one takes writes: the older one must not, if it came back.
    fn promoted(&self, servers: &Servers) -> Decision {
        let order = &self.switch.order;
        if !self.from.takes_writes() {
            let others = strays(servers, &order.to).iter().any(|name| *name != order.from);
            return match others && self.untried(Act::Repoint) {
                true => Decision::Do(Act::Repoint),
                false => Decision::End(Outcome::Promoted),
            };
        }
        match () {
            () if self.untried(Act::Close) => Decision::Do(Act::Close),
            () if order.fence_command && self.untried(Act::Fence) => Decision::Do(Act::Fence),
            () => self.two_primaries(),
        }
    }

    /// The newer one is the primary and does not take writes yet: whoever made it so was cut off, or it was one before and closed as one. It follows
    /// nobody any more, so there is nothing to wait for; the older one must take no writes.
    fn opening(&self) -> Decision {
        let order = &self.switch.order;
        if let Some(why) = self.switch.failure(Act::Promote) {
            return Decision::Stop(Refusal::Failed { act: Act::Promote, why: why.to_owned() });
        }
        match self.from {
            from if from.takes_writes() && self.untried(Act::Close) => Decision::Do(Act::Close),
            _ if self.may_fence() => Decision::Do(Act::Fence),
            from if from.takes_writes() && !order.loss_accepted => self.two_primaries(),
            // It may have been restarted since, which opens MariaDB's.
            Seen::Silent(why) | Seen::Denied(why) if order.way == Way::Planned && !self.switch.fenced => self.gone(why),
            _ => self.promote(),
        }
    }

    /// Both take writes, and nothing more can be done to the older one from here.
    fn two_primaries(&self) -> Decision {
        let order = &self.switch.order;
        Decision::Stop(match (self.from, self.switch.failure(Act::Close)) {
            // It is closed, but not for all: who that is stands in the reason.
            (Seen::Up(up), Some(why)) if !up.writable => Refusal::Failed { act: Act::Close, why: why.to_owned() },
            _ => Refusal::TwoPrimaries(vec![order.from.clone(), order.to.clone()]),
        })
    }

    fn planned(&self, target: &Up) -> Decision {
        if let Some((act, why)) = self.switch.failed.last() {
            return match self.switch.promotion_intended {
                true => Decision::Stop(Refusal::Failed { act: *act, why: why.clone() }),
                false => self.turn_back(why.clone()),
            };
        }
        let has_all = self.switch.caught_up.as_ref().is_some_and(|all| target.position.covers(all));
        match self.from {
            Seen::Up(up) if up.role == Role::Replica => self.gone("it is a replica itself now"),
            Seen::Up(up) if up.takes_writes() && self.switch.closed => {
                let why = "it takes writes again".to_owned();
                match self.switch.promotion_intended {
                    true => Decision::Stop(Refusal::Failed { act: Act::Close, why }),
                    false => self.turn_back(why),
                }
            }
            // After a crash it is closed once more: a restart may have opened it.
            Seen::Up(_) if !self.switch.closed => Decision::Do(Act::Close),
            Seen::Up(up) if !has_all || has_written(self.switch, up) => match self.switch.catch_ups < CATCH_UPS {
                true => Decision::Do(Act::CatchUp),
                false if self.switch.promotion_intended => {
                    Decision::Stop(Refusal::Failed { act: Act::CatchUp, why: RESTLESS.to_owned() })
                }
                false => self.turn_back(RESTLESS.to_owned()),
            },
            Seen::Up(_) if self.may_fence() => Decision::Do(Act::Fence),
            Seen::Up(_) => self.promote(),
            _ if has_all && self.may_fence() => Decision::Do(Act::Fence),
            _ if has_all && (self.switch.fenced || matches!(self.from, Seen::Refused(_))) => self.promote(),
            away => self.gone(away.why()),
        }
    }

    fn forced(&self) -> Decision {
        let order = &self.switch.order;
        if let Some(why) = self.switch.failure(Act::Promote) {
            return Decision::Stop(Refusal::Failed { act: Act::Promote, why: why.to_owned() });
        }
        match self.from {
            Seen::Up(up) if up.role == Role::Primary => {
                if self.untried(Act::Close) {
                    return Decision::Do(Act::Close);
                }
                // It answers, so the replica may still get what it lacks.
                let lacks = self.switch.caught_up.is_none() || has_written(self.switch, up);
                let may = self.switch.failure(Act::CatchUp).is_none() && self.switch.catch_ups < CATCH_UPS;
                // What could not be closed, or not for all, goes on writing; most of that is had if it is caught up with before it is stopped.
                let ends = !up.takes_writes() || self.may_fence() || order.loss_accepted;
                if (!up.writable || self.switch.failure(Act::Close).is_some()) && ends && lacks && may {
                    return Decision::Do(Act::CatchUp);
                }
            }
            Seen::Up(_) => return self.promote(),
            Seen::Refused(_) | Seen::Silent(_) | Seen::Denied(_) => {}
        }
        if self.may_fence() {
            return Decision::Do(Act::Fence);
        }
        if order.loss_accepted || self.switch.promotion_intended && !self.from.takes_writes() {
            return self.promote();
        }
        let unfenced = |why: &str| Decision::Stop(Refusal::NotFenced(order.from.clone(), why.to_owned()));
        match self.from {
            Seen::Up(up) if up.takes_writes() => {
                unfenced(self.switch.failure(Act::Close).unwrap_or("it takes writes in spite of all"))
            }
            Seen::Up(_) if self.switch.caught_up.is_none() => {
                self.turn_back(self.switch.failure(Act::CatchUp).unwrap_or("it lacks some").to_owned())
            }
            Seen::Up(up) if has_written(self.switch, up) => unfenced(RESTLESS),
            Seen::Up(_) | Seen::Refused(_) => self.promote(),
            Seen::Silent(_) if self.switch.fenced => self.promote(),
            Seen::Silent(why) | Seen::Denied(why) => unfenced(self.switch.failure(Act::Fence).unwrap_or(why)),
        }
    }

    /// There is a command that was not run yet since somebody last went on, nor succeeded before.
    fn may_fence(&self) -> bool {
        self.switch.order.fence_command && !self.switch.fenced && self.untried(Act::Fence)
    }

    /// Neither done nor failed since somebody last began or went on.
    fn untried(&self, act: Act) -> bool {
        let done = match act {
            Act::Close => self.switch.closed,
            Act::CatchUp => self.switch.caught_up.is_some(),
            Act::Fence => self.switch.fenced,
            Act::Promote => self.switch.promoted,
            Act::Repoint => self.switch.repointed,
            Act::Reopen => false,
        };
        !done && self.switch.failure(act).is_none()
    }

    fn promote(&self) -> Decision {
        match self.switch.promoted {
            false => Decision::Do(Act::Promote),
            true => {
                let why = format!("`{}` said that it is the primary, and takes no writes", self.switch.order.to);
                Decision::Stop(Refusal::Failed { act: Act::Promote, why })
            }
        }
    }

    fn gone(&self, why: &str) -> Decision {
        let (from, to) = (self.switch.order.from.clone(), self.switch.order.to.clone());
        Decision::Stop(Refusal::PrimaryGone { from, to, why: why.to_owned() })
    }

    /// As long as nobody was told to become the primary, the older one can stay it.
    fn turn_back(&self, why: String) -> Decision {
        if let Some(why) = self.switch.failure(Act::Reopen) {
            return Decision::Stop(Refusal::Failed { act: Act::Reopen, why: why.to_owned() });
        }
        match self.from {
            Seen::Up(up) if up.role == Role::Primary && (self.switch.owes_reopening || !up.writable) => {
                match self.switch.reopened {
                    false => Decision::Do(Act::Reopen),
                    true => {
                        let why = "it was opened again, and takes no writes".to_owned();
                        Decision::Stop(Refusal::Failed { act: Act::Reopen, why })
                    }
                }
            }
            Seen::Up(up) if up.role == Role::Primary => Decision::End(Outcome::GivenUp),
            _ => self.gone(&why),
        }
    }
}

/// Whether the older primary may still stay what it is, so that nothing of it is closed unless all is: nobody else is one, or was told to be.
pub fn may_go_back(switch: &Switch, servers: &Servers) -> bool {
    let is_primary = servers.get(&switch.order.to).and_then(Seen::up).is_some_and(|up| up.role == Role::Primary);
    switch.order.way == Way::Planned && !switch.promotion_intended && !is_primary
}

/// Whether the older primary changed something, in spite of being closed, after the newer one had everything: which that does not have.
pub fn wrote_late(switch: &Switch, servers: &Servers) -> bool {
    let older = servers.get(&switch.order.from).and_then(Seen::up);
    older.is_some_and(|up| up.role == Role::Primary && has_written(switch, up))
}

fn has_written(switch: &Switch, older: &Up) -> bool {
    match (older.writes, switch.writes, &switch.caught_up) {
        (Some(now), Some(then), Some(_)) => now != then,
        (_, _, Some(all)) => !all.covers(&older.position),
        (_, _, None) => false,
    }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "decide_exploration.rs"]
mod exploration;
