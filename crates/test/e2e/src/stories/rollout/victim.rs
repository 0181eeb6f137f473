//! Who is killed, and how it is found.

use std::time::{Duration, Instant};

use crate::processes::{Pid, Process};
use crate::{Desk, Seed};

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// The command or the server that looks after the release.
    ControlPlane,
    /// The edge.
    Edge,
    /// An instance of the newer release; its supervisor starts it again.
    Newer,
    /// An instance of the older release.
    Older,
    /// An instance of the newer release with its supervisor.
    NewerWhole,
    /// An instance of the older release with its supervisor.
    OlderWhole,
    /// Control plane and edge at once.
    Both,
    /// An edge that is just taking over from the one that serves.
    Successor,
    /// The edge that is just handing over.
    Predecessor,
}

impl Victim {
    /// Each.
    pub const ALL: [Victim; 9] = [
        Victim::ControlPlane,
        Victim::Edge,
        Victim::Newer,
        Victim::Older,
        Victim::NewerWhole,
        Victim::OlderWhole,
        Victim::Both,
        Victim::Successor,
        Victim::Predecessor,
    ];

    /// Whether the control plane is among them.
    pub fn is_control_plane(self) -> bool {
        matches!(self, Victim::ControlPlane | Victim::Both)
    }

    /// Whether the edge is among them.
    pub fn is_edge(self) -> bool {
        matches!(self, Victim::Edge | Victim::Both | Victim::Successor | Victim::Predecessor)
    }
}

/// kill -9 of whoever lives of them, the control plane apart. Returns how many there were.
pub(super) fn kill(desk: &Desk, victim: Victim, newer: &str, older: &str, choices: &mut Seed) -> u32 {
    match victim {
        Victim::ControlPlane => 0,
        Victim::Edge | Victim::Both => strike(edges(desk)),
        Victim::Newer => strike(one_of(desk, newer)),
        Victim::Older => strike(one_of(desk, older)),
        Victim::NewerWhole => strike(whole(one_of(desk, newer))),
        Victim::OlderWhole => strike(whole(one_of(desk, older))),
        Victim::Successor => in_the_window(desk, true, choices),
        Victim::Predecessor => in_the_window(desk, false, choices),
    }
}

fn strike(pids: Vec<Pid>) -> u32 {
    pids.iter().for_each(|pid| pid.kill());
    // Until they are gone their sockets may still be connected to.
    let began = Instant::now();
    while pids.iter().any(|pid| pid.lives()) && began.elapsed() < Duration::from_secs(2) {
        std::thread::sleep(Duration::from_micros(200));
    }
    pids.len() as u32
}

fn edges(desk: &Desk) -> Vec<Pid> {
    let is_edge = |process: &&Process| process.line.contains(" edge run ");
    desk.processes().iter().filter(is_edge).map(|process| process.pid).collect()
}

/// One instance of a version.
fn one_of(desk: &Desk, version: &str) -> Vec<Pid> {
    let artifact = format!("/shop-{version} ");
    let is_it = |process: &&Process| process.line.contains(&artifact) && !process.line.contains(" supervise ");
    desk.processes().iter().find(is_it).map(|process| process.pid).into_iter().collect()
}

/// Its supervisor first: else that would start it again.
fn whole(instance: Vec<Pid>) -> Vec<Pid> {
    instance.into_iter().flat_map(|pid| pid.parent().into_iter().chain([pid])).collect()
}

/// An upgrade begins; the one or the other is killed some time after both are there.
fn in_the_window(desk: &Desk, successor: bool, choices: &mut Seed) -> u32 {
    let before = edges(desk);
    let upgrade = desk.start(&["edge", "upgrade"]);
    let began = Instant::now();
    let newcomers = loop {
        let newcomers: Vec<Pid> = edges(desk).into_iter().filter(|pid| !before.contains(pid)).collect();
        if !newcomers.is_empty() || began.elapsed() > Duration::from_secs(5) {
            break newcomers;
        }
    };
    std::thread::sleep(choices.pause(Duration::from_millis(120)));
    let killed = strike(if successor { newcomers } else { before });
    // It may end well or tell that it did not come to be; neither is the story's promise.
    drop(upgrade.wait_for(Duration::from_secs(25)));
    killed
}
