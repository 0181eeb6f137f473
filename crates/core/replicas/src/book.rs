//! The book of a database's primaries: an event before each act and after it. What it says is what whoever comes after a crash knows.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Position;

/// One line of the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A switch begins.
    Began(Order),
    /// Somebody goes on with it. What was only known of the moment is to be looked at again.
    Resumed {
        /// Whether what may be lost is accepted now.
        loss_accepted: bool,
        /// Whether a command fences the older one now, whatever it was when the switch began; `None`: as it was.
        #[serde(default)]
        fence_command: Option<bool>,
    },
    /// About to do it.
    Intended {
        /// What.
        act: Act,
    },
    /// It is done.
    Did {
        /// What.
        act: Act,
        /// Of [`Act::CatchUp`]: what the replica has, which is all that the primary had.
        position: Option<Position>,
        /// Of [`Act::CatchUp`] on PostgreSQL: the primary's [`Up::writes`](crate::Up::writes) by then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        writes: Option<u64>,
        /// For people.
        said: String,
    },
    /// It was not possible.
    Failed {
        /// What.
        act: Act,
        /// Why.
        why: String,
    },
    /// The switch is over.
    Ended {
        /// How.
        outcome: Outcome,
    },
}

/// What is to be brought about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// With the primary's help, or without.
    pub way: Way,
    /// The older primary.
    pub from: String,
    /// The newer one.
    pub to: String,
    /// Whether a command fences the older one from outside.
    pub fence_command: bool,
    /// Whether a person accepted what may be lost.
    pub loss_accepted: bool,
}

/// With the primary's help, or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Nothing is lost, or nothing is done.
    Planned,
    /// The primary is gone or is not to be trusted any more.
    Forced,
}

/// What can be done. Each may be done twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The older primary takes no more writes, also after a restart where the engine can keep that; its sessions are ended.
    Close,
    /// Wait until the replica has all that the older primary has.
    CatchUp,
    /// Run the command that fences the older primary from outside.
    Fence,
    /// The replica becomes the primary.
    Promote,
    /// The older primary takes writes again.
    Reopen,
    /// Other replicas follow the newer primary.
    Repoint,
}

/// How a switch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The newer one is the primary.
    Promoted,
    /// All is as it was.
    GivenUp,
}

/// What the lines amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// Who was made primary last.
    pub primary: Option<String>,
    /// The switch that is not over.
    pub open: Option<Switch>,
}

/// A switch under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// What is to be brought about.
    pub order: Order,
    /// The older one was closed since somebody last began or went on.
    pub closed: bool,
    /// What the older one had when it was closed: the newer one had it, too.
    pub caught_up: Option<Position>,
    /// The older one's [`Up::writes`](crate::Up::writes) at that point.
    pub writes: Option<u64>,
    /// How often the newer one had everything, since somebody last began or went on.
    pub catch_ups: u32,
    /// The command that fences the older one was about to run: whatever stopped the older one since may have been it.
    pub fence_intended: bool,
    /// The command that fences the older one succeeded.
    pub fenced: bool,
    /// The older one was about to be closed, and was not opened again since: a part of that may be in force even where it still takes writes.
    pub owes_reopening: bool,
    /// The older one was opened again since somebody last began or went on.
    pub reopened: bool,
    /// The other replicas were led to the newer one since somebody last began or went on.
    pub repointed: bool,
    /// From here on there is no way back.
    pub promotion_intended: bool,
    /// Something was about to be done to a server.
    pub touched: bool,
    /// The newer one was told, and said that it is the primary, since somebody last began or went on.
    pub promoted: bool,
    /// What failed since somebody last began or went on, newest last.
    pub failed: Vec<(Act, String)>,
}

// === impl Book ===

impl Book {
    /// Reads lines from the first to the last.
    pub fn read<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Book {
        let mut book = Book::default();
        lines.into_iter().for_each(|line| book.apply(&line.event));
        book
    }

    /// One more event.
    pub fn apply(&mut self, event: &Event) {
        match (event, &mut self.open) {
            (Event::Began(order), open) => *open = Some(Switch::after(open.take(), order)),
            (Event::Ended { outcome }, Some(switch)) => {
                if *outcome == Outcome::Promoted {
                    self.primary = Some(switch.order.to.clone());
                }
                self.open = None;
            }
            (event, Some(switch)) => switch.apply(event),
            (_, None) => {}
        }
    }
}

// === impl Switch ===

impl Switch {
    fn new(order: Order) -> Switch {
        Switch {
            order,
            closed: false,
            caught_up: None,
            writes: None,
            catch_ups: 0,
            fence_intended: false,
            fenced: false,
            owes_reopening: false,
            reopened: false,
            repointed: false,
            promotion_intended: false,
            touched: false,
            promoted: false,
            failed: Vec::new(),
        }
    }

    /// A failover may take up what a planned switch left, and the other way round: what was done between the same two servers stays done.
    fn after(open: Option<Switch>, order: &Order) -> Switch {
        let fresh = Switch::new(order.clone());
        match open.filter(|open| (&open.order.from, &open.order.to) == (&order.from, &order.to)) {
            Some(open) => {
                let mut switch = Switch { order: order.clone(), ..open };
                switch.look_again();
                switch
            }
            None => fresh,
        }
    }

    /// Time has passed. Unless it was fenced, the older one may have been restarted, opened and written to.
    fn look_again(&mut self) {
        self.closed = false;
        self.promoted = false;
        self.repointed = false;
        self.reopened = false;
        self.catch_ups = 0;
        self.failed.clear();
        if !self.fence_intended {
            self.caught_up = None;
        }
    }

    fn apply(&mut self, event: &Event) {
        if let Event::Intended { act } = event {
            self.touched |= *act != Act::CatchUp;
        }
        match event {
            Event::Resumed { loss_accepted, fence_command } => {
                self.order.loss_accepted |= loss_accepted;
                self.order.fence_command = fence_command.unwrap_or(self.order.fence_command);
                self.look_again();
            }
            Event::Intended { act: Act::Close } => {
                self.owes_reopening = true;
                self.reopened = false;
            }
            Event::Intended { act: Act::Fence } => self.fence_intended = true,
            Event::Intended { act: Act::Promote } => self.promotion_intended = true,
            // Whatever is written from now on is not among what was caught up with.
            Event::Intended { act: Act::Reopen } => {
                self.closed = false;
                self.caught_up = None;
            }
            Event::Did { act, position, writes, .. } => match act {
                // It answered, so it took writes until now, or may have: what was caught up with and fenced before is of the past.
                Act::Close => {
                    self.closed = true;
                    self.caught_up = None;
                    self.fence_intended = false;
                    self.fenced = false;
                }
                Act::CatchUp => {
                    self.caught_up.clone_from(position);
                    self.writes = *writes;
                    self.catch_ups += 1;
                }
                Act::Fence => self.fenced = true,
                Act::Promote => self.promoted = true,
                Act::Repoint => self.repointed = true,
                Act::Reopen => {
                    self.owes_reopening = false;
                    self.reopened = true;
                }
            },
            Event::Failed { act, why } => self.failed.push((*act, why.clone())),
            Event::Began(_) | Event::Intended { .. } | Event::Ended { .. } => {}
        }
    }

    /// Why that act failed, if it did.
    pub fn failure(&self, act: Act) -> Option<&str> {
        self.failed.iter().rev().find(|(failed, _)| *failed == act).map(|(_, why)| why.as_str())
    }
}

// === impl Act ===

impl Act {
    /// What could not be done.
    pub fn failed(self) -> &'static str {
        match self {
            Act::Close => "the older primary could not be closed",
            Act::CatchUp => "the replica did not get everything",
            Act::Fence => "the fence command failed",
            Act::Promote => "the replica did not become the primary",
            Act::Reopen => "the older primary could not be opened again",
            Act::Repoint => "other replicas do not follow the newer primary",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{book, did, failed, order};

    #[test]
    fn what_is_over_leaves_nothing() {
        let events = [
            did(Act::CatchUp, Position::gtid("0-1-7")),
            failed(Act::Fence, "no"),
            Event::Ended { outcome: Outcome::GivenUp },
        ];
        let order = Order { fence_command: true, ..order(Way::Planned) };
        assert_eq!(book(order, events), Book::default(), "what was given up leaves nothing");
    }

    #[test]
    fn a_failover_takes_up_what_a_planned_switch_left() {
        let mut book = book(order(Way::Planned), [Event::Intended { act: Act::Promote }]);
        book.apply(&Event::Began(order(Way::Forced)));
        let switch = book.open.clone().unwrap();
        assert!(switch.promotion_intended && switch.touched && switch.order.way == Way::Forced);
        book.apply(&Event::Began(Order { to: "c".into(), ..order(Way::Forced) }));
        assert!(!book.open.unwrap().promotion_intended, "of another server nothing is known");
    }

    #[test]
    fn who_opens_the_primary_again_has_caught_up_with_nothing() {
        let events =
            [did(Act::Close, None), did(Act::CatchUp, Position::log("0/1")), Event::Intended { act: Act::Reopen }];
        let switch = book(order(Way::Planned), events).open.unwrap();
        assert_eq!((switch.closed, switch.caught_up), (false, None));
    }

    #[test]
    fn whether_a_command_fences_is_what_the_configuration_says_now() {
        let mut book = book(Order { fence_command: true, ..order(Way::Planned) }, []);
        for (now, expected) in [(None, true), (Some(false), false), (None, false), (Some(true), true)] {
            book.apply(&Event::Resumed { loss_accepted: false, fence_command: now });
            assert_eq!(book.open.as_ref().map(|open| open.order.fence_command), Some(expected));
        }
    }
}
