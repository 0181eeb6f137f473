//! What befalls a story: clocks that jump, keepers and processes that die, a full disk, and in a town whatever may fail there.

use callsheet_base::{Duration, Timestamp};
use callsheet_node::Wake;
use callsheet_rollout::InstanceId;
use rand::Rng;

use crate::kind::Kind;
use crate::story::Stage;
use crate::world::{Outer, lock};

/// A story of releases is longer: so many times less often in each turn.
const RARER: u32 = 10;

impl Stage {
    pub(crate) fn misfortune(&mut self) {
        let rarer = if self.kind == Kind::Releases { RARER } else { 1 };
        let outer = self.outer.clone();
        let mut outer = lock(&outer);
        if outer.bad_luck(25 * rarer) {
            let most = if rarer > 1 && outer.dice.random_ratio(3, 4) { 20 } else { 7200 };
            let seconds = outer.dice.random_range(-most..most);
            outer.log.push(format!("the clock jumps by {seconds} s"));
            self.machine.clock.jump(shifted(self.machine.clock.now(), seconds));
        }
        outer.trouble_in_town();
        let open = outer.audit.open();
        if !open.is_empty() && outer.bad_luck(30 * rarer) {
            let run = open[outer.dice.random_range(0..open.len())];
            outer.kill_keeper(run);
        }
        if !self.processes.is_empty() && outer.bad_luck(25 * rarer) {
            let pid = self.processes[outer.dice.random_range(0..self.processes.len())].pid;
            outer.kill(pid, "by a signal".to_owned());
        }
        if outer.bad_luck(60 * rarer) {
            outer.log.push("the machine reboots".to_owned());
            open.iter().for_each(|run| outer.kill_keeper(*run));
            self.processes.iter().for_each(|process| outer.kill(process.pid, "with the machine".to_owned()));
            outer.town_reboots();
        }
        if outer.bad_luck(100 * rarer) {
            outer.full_until = outer.tick + outer.dice.random_range(1..15);
            outer.log.push("the disk is full for a while".to_owned());
        }
        if outer.bad_luck(80 * rarer)
            && let Some(server) = self.processes.iter_mut().find(|process| process.serves)
        {
            outer.log.push(format!("process {} is told to stop", server.pid));
            server.tell(Wake::Shutdown);
        }
    }
}

impl Outer {
    fn town_reboots(&mut self) {
        if self.town.folder.is_some() && !self.town.steady {
            let all: Vec<InstanceId> = self.town.instances.keys().cloned().collect();
            all.iter().for_each(|id| self.town.vanish(id));
            self.town.crash_edge();
        }
    }

    /// Instances crash or are gone, the edge dies or cannot be talked to.
    fn trouble_in_town(&mut self) {
        if self.town.folder.is_none() || self.town.steady {
            return;
        }
        let ids: Vec<InstanceId> = self.town.instances.keys().cloned().collect();
        if !ids.is_empty() && self.bad_luck(200) {
            let id = &ids[self.dice.random_range(0..ids.len())];
            self.log.push(format!("{} crashes", id.0));
            self.town.crash(id);
        }
        if !ids.is_empty() && self.bad_luck(500) {
            let id = &ids[self.dice.random_range(0..ids.len())];
            self.log.push(format!("{} is gone, supervisor and all", id.0));
            self.town.vanish(id);
        }
        if self.bad_luck(300) {
            self.log.push("the edge dies".to_owned());
            self.town.crash_edge();
        }
        if self.bad_luck(300) {
            let long = Duration::from_millis(self.dice.random_range(500..20_000));
            self.log.push(format!("the edge does not answer for {long}"));
            self.town.edge.cut_off_until = self.town.elapsed + long.as_millis();
        }
    }
}

fn shifted(now: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(now.as_second() + seconds).unwrap_or(now)
}
