//! The edge process before this one, as long as it ends its connections.
//!
//! Its connections still carry requests: whatever is applied here is applied there, and what is seen there is seen here.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use callsheet_rollout::{Routing, TrafficSeen};
use callsheet_traffic::Slice;

use super::{Answer, Ask};

/// It answers within this time or counts as gone. Shorter than an asker's own patience.
const PATIENCE: Duration = Duration::from_secs(2);

/// A conversation with it.
#[derive(Debug)]
pub(crate) struct Predecessor {
    reader: BufReader<UnixStream>,
    pid: u32,
    gone: bool,
}

impl Predecessor {
    pub(super) fn new(stream: UnixStream, pid: u32) -> Predecessor {
        Predecessor { reader: BufReader::new(stream), pid, gone: false }
    }

    pub(super) fn stream(&self) -> &UnixStream {
        self.reader.get_ref()
    }

    pub(super) fn pid(&mut self) -> u32 {
        self.pid
    }

    pub(super) fn has_gone(&self) -> bool {
        self.gone
    }

    pub(super) fn ask(&mut self, ask: &Ask) -> io::Result<()> {
        let mut line = serde_json::to_vec(ask)?;
        line.push(b'\n');
        self.reader.get_mut().write_all(&line)
    }

    fn converse(&mut self, ask: &Ask) -> io::Result<Answer> {
        self.ask(ask)?;
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&line)?)
    }

    /// `None` once it has gone.
    fn answer(&mut self, ask: &Ask) -> Option<Answer> {
        let answer = self.converse(ask);
        self.gone |= answer.is_err();
        answer.ok()
    }

    /// Tells it that we serve. From then on it ends its connections.
    pub(crate) fn we_serve(&mut self) -> io::Result<()> {
        match self.converse(&Ask::Serving)? {
            Answer::Done => self.reader.get_ref().set_read_timeout(Some(PATIENCE))?,
            other => return Err(io::Error::other(format!("it answered {other:?}"))),
        }
        // The socket's peer is whoever made it, several upgrades ago.
        if let Some(Answer::Status(status)) = self.answer(&Ask::Status) {
            self.pid = status.pid;
        }
        Ok(())
    }

    /// Looks whether it is still there.
    pub(super) fn look(&mut self) {
        let _there_or_gone = self.answer(&Ask::Status);
    }

    /// Why it does not take the routing; `None`: it does, or has gone.
    pub(super) fn apply(&mut self, routing: &Routing) -> Option<String> {
        match self.answer(&Ask::Apply(Box::new(routing.clone())))? {
            Answer::Refused(why) => Some(why),
            _ => None,
        }
    }

    /// What it saw; `None`: it has gone.
    pub(super) fn observe(&mut self, service: &str, after: u64) -> Option<TrafficSeen> {
        match self.answer(&Ask::Observe { service: service.to_owned(), after })? {
            Answer::Seen(seen) => Some(*seen),
            _ => None,
        }
    }
}

/// Adds what the process before saw to what we saw: both served the same service at the same time.
pub(super) fn merge(ours: &mut TrafficSeen, theirs: TrafficSeen) {
    for (instance, count) in theirs.in_flight {
        *ours.in_flight.entry(instance).or_default() += count;
    }
    let mut slices: BTreeMap<(u64, u16), Slice> = BTreeMap::new();
    let mut order = Vec::new();
    for slice in ours.slices.drain(..).chain(theirs.slices) {
        let key = (slice.index, slice.weight.basis_points());
        if let Some(known) = slices.get_mut(&key) {
            known.stable.merge(&slice.stable);
            known.canary.merge(&slice.canary);
            known.slow_over_us = known.slow_over_us.max(slice.slow_over_us);
        } else {
            order.push(key);
            slices.insert(key, slice);
        }
    }
    // By number; within one, as they were closed.
    order.sort_by_key(|(index, _)| *index);
    ours.slices = order.iter().filter_map(|key| slices.remove(key)).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_traffic::{Outcome, Weight};

    fn slice(index: u64, percent: u16, requests: u32) -> Slice {
        let mut slice = Slice::empty(index, 1000, Weight::from_percent(percent), 0);
        (0..requests).for_each(|_| slice.stable.add(1, Outcome { error: false, slow: false }));
        slice
    }

    #[test]
    fn what_both_saw_is_added() {
        let mut ours = TrafficSeen {
            in_flight: [("a".to_owned(), 1)].into(),
            slices: vec![slice(7, 10, 1), slice(8, 20, 1)],
            ..TrafficSeen::default()
        };
        let theirs = TrafficSeen {
            in_flight: [("a".to_owned(), 2), ("b".to_owned(), 3)].into(),
            slices: vec![slice(6, 10, 5), slice(7, 10, 2), slice(7, 20, 4)],
            ..TrafficSeen::default()
        };
        merge(&mut ours, theirs);
        assert_eq!(ours.in_flight, [("a".to_owned(), 3), ("b".to_owned(), 3)].into());
        let seen: Vec<_> = ours.slices.iter().map(|s| (s.index, s.weight.to_string(), s.stable.requests)).collect();
        let expected = [(6, "10%", 5), (7, "10%", 3), (7, "20%", 4), (8, "20%", 1)];
        assert_eq!(seen, expected.map(|(index, weight, requests)| (index, weight.to_owned(), requests)));
    }
}
