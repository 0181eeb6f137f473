//! Two servers of paper, and what acts do to them.

use super::{failed, primary, replica};
use crate::{Act, Event, Position, Seen, Servers, Switch, Up, may_go_back};

/// Who is not bound by a primary's being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exempt {
    Nobody,
    /// A role that changes nothing just now.
    Idle,
    /// A role that goes on writing.
    Writing,
}

/// What the world is like before anything is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    /// The same on all servers: roles are among what a replica gets.
    pub(crate) exempt: Exempt,
    /// The replica was a primary once, and still has what closed it.
    pub(crate) b_was_closed: bool,
}

pub(crate) const PLAIN: Before = Before { exempt: Exempt::Nobody, b_was_closed: false };

/// Two servers and what befalls them.
#[derive(Clone, Debug)]
pub(crate) struct Town {
    /// What each has: a number for each acknowledged write.
    pub(crate) a: Server,
    pub(crate) b: Server,
    pub(crate) exempt: Exempt,
}

#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) up: bool,
    pub(crate) primary: bool,
    pub(crate) closed: bool,
    pub(crate) has: u64,
}

impl Town {
    pub(crate) fn new(before: Before) -> Town {
        Town {
            a: Server { up: true, primary: true, closed: false, has: 5 },
            b: Server { up: true, primary: false, closed: before.b_was_closed, has: 3 },
            exempt: before.exempt,
        }
    }

    pub(crate) fn seen(&self) -> Servers {
        let of = |server: &Server| match (server.up, server.primary) {
            (false, _) => Seen::Refused("connection refused".to_owned()),
            (true, true) => Seen::Up(Up {
                writable: !server.closed,
                exempt: (self.exempt != Exempt::Nobody).then(|| "role `shop`".to_owned()),
                writes: Some(server.has),
                ..primary(server.has)
            }),
            (true, false) => Seen::Up(replica(server.has)),
        };
        [("a".to_owned(), of(&self.a)), ("b".to_owned(), of(&self.b))].into_iter().collect()
    }

    fn may_write(&self, one: &Server) -> bool {
        one.up && one.primary && (!one.closed || self.exempt != Exempt::Nobody)
    }

    pub(crate) fn takes_writes(&self) -> usize {
        [&self.a, &self.b].into_iter().filter(|one| self.may_write(one)).count()
    }

    /// Applications write wherever they can.
    pub(crate) fn write(&mut self) {
        let exempt = self.exempt;
        for one in [&mut self.a, &mut self.b] {
            if one.up && one.primary && (!one.closed || exempt == Exempt::Writing) {
                one.has += 1;
            }
        }
    }

    pub(crate) fn perform(&mut self, act: Act, switch: &Switch) -> Event {
        let (mut position, mut writes) = (None, None);
        match act {
            Act::Close | Act::Reopen if !self.a.up => return failed(act, "connection refused"),
            Act::Close if self.exempt != Exempt::Nobody => {
                self.a.closed |= !may_go_back(switch, &self.seen());
                return failed(act, "role `shop` would write in spite of it");
            }
            Act::Close => self.a.closed = true,
            Act::Reopen => self.a.closed = false,
            Act::CatchUp if !self.a.up || !self.b.up => return failed(act, "connection refused"),
            Act::CatchUp if self.b.primary => return failed(act, "it follows nobody"),
            Act::CatchUp => {
                self.b.has = self.a.has;
                position = Some(Position::Log(self.a.has));
                writes = Some(self.a.has);
            }
            Act::Fence => self.a.up = false,
            Act::Promote if !self.b.up => return failed(act, "connection refused"),
            Act::Promote => (self.b.primary, self.b.closed) = (true, false),
            Act::Repoint => unreachable!("there is no third server"),
        }
        Event::Did { act, position, writes, said: String::new() }
    }
}
