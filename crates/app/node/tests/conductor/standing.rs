//! What runs between releases, in the same world: restarted and brought up, also where somebody was cut off before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration as StdDuration;

use callsheet_node::{Brought, Place, Standing};
use callsheet_releases::Scaled;

use super::*;

impl Shop {
    /// Does something while time passes, twenty times as fast as here; with every routing that the edge was seen to have meanwhile.
    fn meanwhile<T>(&self, deed: impl FnOnce(&mut Standing) -> T) -> (T, Vec<Routing>) {
        let grounds = Memory(self.world.clone());
        let place = Place {
            state: self.folder.path(),
            service: "shop",
            environment: "dev",
            grounds: &grounds,
            otherwise: None,
            role: "test",
            patience: StdDuration::ZERO,
        };
        let mut standing = Standing::open(&place, BTreeMap::new()).unwrap();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let clock = scope.spawn(|| {
                let mut seen: Vec<Routing> = Vec::new();
                while !done.load(Ordering::SeqCst) {
                    self.world.advance(Duration::from_millis(40));
                    seen.extend(self.world.routing());
                    thread::sleep(StdDuration::from_millis(2));
                }
                seen
            });
            let came = deed(&mut standing);
            done.store(true, Ordering::SeqCst);
            (came, clock.join().unwrap())
        })
    }
}

#[test]
fn one_that_comes_back_late_has_its_users_again_and_nobody_waits_for_the_dead() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    shop.world.lose_one("1");
    shop.world.behaves("1", Behaviour { never_ready: true, ..Behaviour::default() });
    let patience = StdDuration::from_millis(2000);
    let (restarted, seen) = shop.meanwhile(|standing| {
        let only = standing.instances().unwrap().remove(0);
        standing.restart(&only.id, patience, &mut |_| {}).map(|()| only.id.clone()).map_err(|why| (why, only.id))
    });
    let (why, only) = restarted.unwrap_err();
    assert!(why.contains("is not ready after 2 s"), "{why}");
    let held: Vec<&Routing> = seen.iter().filter(|routing| routing.held).collect();
    assert!(!held.is_empty() && held.iter().all(|routing| routing.lease.is_some()), "{held:?}");
    // It may be ready at any time, and the edge looks.
    let routing = shop.world.routing().unwrap();
    let members: Vec<_> = routing.stable.members.iter().map(|member| member.id.clone()).collect();
    assert_eq!((members, routing.held, routing.lease), (vec![only], false, None));
}

#[test]
fn a_restart_that_fails_early_leaves_no_instance_without_traffic() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let (failed, _) = shop.meanwhile(|standing| {
        let one = standing.instances().unwrap().remove(0);
        shop.world.behaves("1", Behaviour { restart_fails: true, ..Behaviour::default() });
        standing.restart(&one.id, StdDuration::from_secs(1), &mut |_| {})
    });
    assert!(failed.unwrap_err().contains("nobody answers"));
    shop.runs("1");
}

#[test]
fn with_none_wanted_the_edge_sends_nobody_anywhere_before_the_last_ends() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let when = shop.world.advance(Duration::ZERO);
    let scaled = Scaled { instances: 0, who: "ada".to_owned(), why: "night".to_owned(), when };
    shop.store.scale("shop", "dev", &scaled).unwrap();
    let (brought, _) = shop.meanwhile(|standing| standing.bring_up(false, &mut |_| {}));
    assert_eq!(brought, Ok(Brought::Down(2)));
    assert_eq!(shop.world.running().get("1").copied().unwrap_or(0), 0);
    assert!(shop.world.routing().unwrap().stable.members.is_empty());
    let (brought, _) = shop.meanwhile(|standing| standing.bring_up(true, &mut |_| {}));
    assert_eq!(brought, Ok(Brought::AsWanted));
    shop.store.unscale("shop", "dev").unwrap();
    let (brought, _) = shop.meanwhile(|standing| standing.bring_up(false, &mut |_| {}));
    assert_eq!(brought, Ok(Brought::Up(2)));
    assert_eq!(shop.world.routing().unwrap().stable.members.len(), 2);
}

#[test]
fn what_is_more_than_wanted_is_ended_with_the_rest_of_the_command_that_was_cut_off() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let when = shop.world.advance(Duration::ZERO);
    let scaled = Scaled { instances: 1, who: "ada".to_owned(), why: "night".to_owned(), when };
    shop.store.scale("shop", "dev", &scaled).unwrap();
    let (brought, _) = shop.meanwhile(|standing| standing.bring_up(false, &mut |_| {}));
    assert_eq!(brought, Ok(Brought::Down(1)));
    assert_eq!(shop.world.running().get("1"), Some(&1));
    assert_eq!(shop.world.routing().unwrap().stable.members.len(), 1);
    assert_eq!(shop.world.requests().1, 0, "requests were lost");
}
