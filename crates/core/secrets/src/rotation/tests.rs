//! Every course that a rotation can take: crashes within each stage, failures, and a change of mind at each point, explored wholly.

use std::collections::HashSet;

use super::*;
use crate::{SecretName, Which};

const NOW: &str = "2026-11-22T12:00:00Z";

/// What an instance was started with: the version it uses, and the other one that it accepts.
type Started = (u32, Option<u32>);

/// The world and the book.
#[derive(Clone, Debug, PartialEq, Eq)]
struct World {
    kind: Kind,
    entry: Entry,
    /// Versions that the server takes, where there is one.
    valid: Vec<u32>,
    /// Versions whose value is stored.
    stored: Vec<u32>,
    instances: [Started; 2],
    /// Versions that some user's session may still rest on.
    tokens: Vec<u32>,
    verified: Vec<u32>,
}

impl World {
    fn new(kind: Kind) -> World {
        let mut entry = Entry::default();
        let user = (kind == Kind::Users).then(|| "shop_a".to_owned());
        entry.set(at(), "ops", user);
        let begin = Beginning {
            kind,
            at: at(),
            by: "ops".to_owned(),
            why: String::new(),
            user: (kind == Kind::Users).then(|| "shop_b".to_owned()),
            window: None,
            staging: None,
            emergency: None,
            run: None,
        };
        entry.begin(begin).unwrap();
        let instances = [(1, None); 2];
        World { kind, entry, valid: vec![1], stored: vec![1], instances, tokens: vec![1], verified: vec![1] }
    }

    /// One small act of the stage; `false`: it has no more.
    fn act(&mut self, stage: Stage, step: usize) -> bool {
        let rotation = self.entry.rotation.clone().unwrap();
        match (stage, step) {
            (Stage::Store, 0) => insert(&mut self.stored, rotation.to()),
            (Stage::Admit, 0) => insert(&mut self.valid, rotation.to()),
            (Stage::Try, 0) => assert!(self.valid.contains(&rotation.to())),
            (Stage::Announce | Stage::Roll | Stage::Forget, 0 | 1) => self.start(step),
            (Stage::Verify, 0) => {
                assert!(self.instances.iter().all(|one| one.0 == rotation.kept()), "verified is what is in use");
                insert(&mut self.verified, rotation.kept());
            }
            // Sessions of the other key have ended: the overlap is over.
            (Stage::Quiet, 0) => {
                assert!(self.instances.iter().all(|one| one.0 == rotation.kept()));
                self.tokens.retain(|version| *version != rotation.doomed());
            }
            (Stage::Retire, 0) if self.kind != Kind::Keys => {
                self.valid.retain(|version| *version != rotation.doomed());
            }
            (Stage::Destroy, 0) => self.stored.retain(|version| *version != rotation.doomed()),
            _ => return false,
        }
        true
    }

    /// An instance starts with what is in use now.
    fn start(&mut self, which: usize) {
        let current = self.entry.pick(Which::Current).unwrap().unwrap().number;
        let other = self.entry.pick(Which::Previous).unwrap().map(|version| version.number);
        assert!(self.stored.contains(&current) && other.is_none_or(|other| self.stored.contains(&other)));
        self.instances[which] = (current, other);
        insert(&mut self.tokens, current);
    }

    /// What must hold at every moment.
    fn hold(&self) {
        let accepts = |one: &Started, version: u32| one.0 == version || one.1 == Some(version);
        let context = format!("{self:#?}");
        for one in &self.instances {
            match self.kind {
                Kind::Keys => {
                    // Whoever was signed in by any instance is known to every instance.
                    assert!(self.tokens.iter().all(|token| accepts(one, *token)), "a session is lost: {context}");
                }
                Kind::Users | Kind::Manual => assert!(self.valid.contains(&one.0), "a login fails: {context}"),
            }
        }
        for version in self.entry.versions.iter().filter(|version| version.state == State::Revoked) {
            let other = self.entry.current().unwrap().number;
            assert_ne!(other, version.number);
            assert!(self.verified.contains(&other), "revoked before the other was verified: {context}");
        }
        let current = self.entry.current().expect("one is always in use");
        assert!(self.stored.contains(&current.number), "the value in use is stored: {context}");
        let halves = self.entry.versions.iter().filter(|one| matches!(one.state, State::Pending | State::Previous));
        assert!(halves.count() <= 1, "never both halves at once: {context}");
    }

    fn key(&self) -> String {
        format!("{self:?}")
    }
}

fn insert(versions: &mut Vec<u32>, version: u32) {
    if !versions.contains(&version) {
        versions.push(version);
        versions.sort_unstable();
    }
}

fn at() -> Timestamp {
    NOW.parse().unwrap()
}

/// What was met on all courses.
#[derive(Default)]
struct Met {
    seen: HashSet<String>,
    done: usize,
    turned_back: usize,
    crashes: usize,
}

/// All courses from here on.
fn explore(world: World, met: &mut Met) {
    world.hold();
    if !met.seen.insert(world.key()) {
        return;
    }
    let Next::Do(stage) = world.entry.decide(at(), Duration::ZERO) else {
        finish(&world, met);
        return;
    };
    let mut turned = world.clone();
    if turned.entry.apply(&Event::Aborted(at())).is_ok() {
        explore(turned, met);
    }
    let mut world = world;
    world.entry.apply(&Event::Intended(stage, at())).unwrap();
    for step in 0.. {
        world.hold();
        // A crash here: whoever comes next finds the book as it is.
        met.crashes += 1;
        explore(world.clone(), met);
        let mut failed = world.clone();
        failed.entry.apply(&Event::Failed(stage, "no".to_owned())).unwrap();
        explore(failed, met);
        if !world.act(stage, step) {
            break;
        }
    }
    world.entry.apply(&Event::Finished(stage, at())).unwrap();
    explore(world, met);
}

fn finish(world: &World, met: &mut Met) {
    let ended = world.entry.last.as_ref().expect("it is over");
    let wanted = if ended.way == Way::Forth { ended.to } else { ended.from };
    assert_eq!(world.entry.current().unwrap().number, wanted);
    let knows_no_other = |one: &Started| one.1.is_none() || world.kind != Kind::Keys;
    assert!(world.instances.iter().all(|one| one.0 == wanted && knows_no_other(one)), "{world:#?}");
    assert_eq!(world.stored, [wanted], "only the value in use is kept");
    if world.kind != Kind::Keys {
        assert_eq!(world.valid, [wanted], "only the one in use is valid");
    }
    match ended.way {
        Way::Forth => met.done += 1,
        Way::Back => met.turned_back += 1,
    }
}

#[test]
fn no_course_loses_a_login_or_revokes_before_it_verified() {
    for kind in [Kind::Keys, Kind::Users, Kind::Manual] {
        let mut met = Met::default();
        explore(World::new(kind), &mut met);
        assert!(met.done > 0 && met.turned_back > 0 && met.crashes > 100 && met.seen.len() > 150, "{kind:?}");
    }
}

#[test]
fn an_old_one_that_is_being_revoked_cannot_be_had_back() {
    let mut entry = World::new(Kind::Users).entry;
    while entry.rotation.as_ref().and_then(Rotation::next) != Some(Stage::Retire) {
        let stage = entry.rotation.as_ref().and_then(Rotation::next).unwrap();
        entry.apply(&Event::Finished(stage, at())).unwrap();
    }
    let mut before = entry.clone();
    assert_eq!(before.apply(&Event::Aborted(at())), Ok(()));
    assert_eq!(before.apply(&Event::Aborted(at())), Err(Illegal::TurnedBack));
    entry.apply(&Event::Intended(Stage::Retire, at())).unwrap();
    assert_eq!(entry.apply(&Event::Aborted(at())), Err(Illegal::TooLate));
}

#[test]
fn the_other_one_stays_valid_for_its_overlap() {
    let mut entry = World::new(Kind::Keys).entry;
    for stage in [Stage::Store, Stage::Announce, Stage::Promote, Stage::Roll, Stage::Verify] {
        entry.apply(&Event::Finished(stage, at())).unwrap();
    }
    let overlap = Duration::from_hours(12);
    let until = overlap.after(at());
    assert_eq!(entry.decide(at(), overlap), Next::Wait { until });
    assert_eq!(entry.decide(until, overlap), Next::Do(Stage::Quiet));
    let wrong = entry.apply(&Event::Finished(Stage::Destroy, at()));
    assert_eq!(wrong, Err(Illegal::NotNext { stage: Stage::Destroy, next: Stage::Quiet }));
}

#[test]
fn a_new_key_is_accepted_before_it_is_used() {
    let mut entry = World::new(Kind::Keys).entry;
    let numbers = |entry: &Entry| {
        let of = |which| entry.pick(which).unwrap().map(|version| version.number);
        (of(Which::Current), of(Which::Previous))
    };
    entry.apply(&Event::Finished(Stage::Store, at())).unwrap();
    assert_eq!(numbers(&entry), (Some(1), None));
    entry.apply(&Event::Intended(Stage::Announce, at())).unwrap();
    assert_eq!(numbers(&entry), (Some(1), Some(2)));
    entry.apply(&Event::Finished(Stage::Announce, at())).unwrap();
    entry.apply(&Event::Finished(Stage::Promote, at())).unwrap();
    assert_eq!(numbers(&entry), (Some(2), Some(1)));
    let name: SecretName = "JWT".parse().unwrap();
    assert_eq!(crate::Reference::current(name).to_string(), "secret://JWT");
}
