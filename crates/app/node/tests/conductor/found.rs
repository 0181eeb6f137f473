//! What the simulation found, each by itself.

use super::*;

#[test]
fn a_repair_that_fails_takes_nothing_away() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    shop.world.lose_one("1");
    shop.world.behaves("1", Behaviour { never_ready: true, ..Behaviour::default() });
    let mut deploy = shop.begin(shop.version("1")).unwrap();
    assert!(matches!(shop.to_the_end(&mut deploy), Ending::RolledBack(_)), "{}", deploy.told.join("\n"));
    assert!(deploy.told.contains(&"what is there of 1 stays".to_owned()), "{}", deploy.told.join("\n"));

    let routing = shop.world.routing().unwrap();
    assert_eq!((routing.stable.version.as_str(), routing.stable.members.len(), routing.canary), ("1", 1, None));
    assert_eq!(shop.world.running().get("1"), Some(&2));
    assert_eq!(shop.world.requests().1, 0, "requests were lost");
}

#[test]
fn a_way_back_that_is_itself_turned_back_leaves_true_books() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    shop.released("2");
    let mut back = shop.begin(Goal::Back { to: None }).unwrap();
    shop.until(&mut back, |phase| matches!(phase, Phase::Observing { .. }));
    // Its books say that it went back.
    shop.turn(&mut back);
    let event = Event::Commanded { command: Command::Abort, by: "ada".to_owned() };
    back.rollout.apply(&event, shop.world.advance(Duration::ZERO));
    assert!(matches!(shop.to_the_end(&mut back), Ending::RolledBack(_)));
    shop.runs("2");
    let books = shop.store.running("shop", "dev").unwrap();
    assert_eq!(books.before().map(|release| release.version.as_str()), Some("1"));
}

#[test]
fn a_promotion_by_hand_is_in_the_books_before_a_newer_run_may_take_over() {
    let mut shop = Shop::new(CANARY);
    shop.released("1");
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Judging { stage: 2, .. }));
    let event = Event::Commanded { command: Command::Promote, by: "ada".to_owned() };
    deploy.rollout.apply(&event, shop.world.advance(Duration::ZERO));
    assert!(matches!(deploy.rollout.phase(), Phase::Judging { .. }), "{:?}", deploy.rollout.phase());

    // Whoever looks after it then says that the stage is passed, without waiting for its hold.
    shop.crash(&mut deploy);
    shop.turn(&mut deploy);
    assert!(matches!(deploy.rollout.phase(), Phase::Observing { .. }), "{:?}", deploy.rollout.phase());
    let books = shop.store.running("shop", "dev").unwrap();
    assert_eq!(books.current().map(|release| release.version.as_str()), Some("2"));
    assert_eq!(shop.to_the_end(&mut deploy), Ending::Promoted);
    shop.runs("2");
}

#[test]
fn a_first_release_shares_its_traffic_with_nobody() {
    let mut shop = Shop::new(CANARY);
    let mut deploy = shop.begin(shop.version("1")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Observing { .. } | Phase::Retiring {}));
    let refused = deploy.rollout.check(&Command::SetWeight(Weight::from_percent(20)));
    assert!(refused.is_err(), "{refused:?}");
}

#[test]
fn nothing_returns_to_a_set_that_gives_way() {
    let rolling = "[services.shop]\ncommand = [\"{release}\"]\ninstances = 2\n[services.shop.release]\nstrategy = \"rolling\"\nhold = \"60s\"\n";
    let mut shop = Shop::new(rolling);
    shop.released("1");
    let mut deploy = shop.begin(shop.version("2")).unwrap();
    shop.until(&mut deploy, |phase| matches!(phase, Phase::Judging { stage: 1, .. }));
    for _ in 0..40 {
        shop.turn(&mut deploy);
    }
    assert_eq!(shop.world.running().get("1"), None);
    // Nobody looks after it for a while.
    shop.world.advance(Duration::from_mins(5));
    assert_eq!((shop.world.weight(), shop.world.requests().1), (Weight::ALL, 0));
}
