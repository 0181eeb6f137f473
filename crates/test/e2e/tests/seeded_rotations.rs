//! A sample of the seeded rotations that `cargo xtask soak --only rotations` turns by the thousand.

use std::sync::Arc;

use callsheet_e2e::stories::{Kind, Place, rotation};

fn turn(kind: Kind, seeds: std::ops::Range<u64>) {
    let place = Arc::new(Place::new(kind));
    for seed in seeds {
        rotation(&place, seed).unwrap_or_else(|broken| panic!("{kind:?}, seed {seed}: {broken}"));
    }
    place.scan().unwrap_or_else(|broken| panic!("{kind:?}: {broken}"));
}

#[test]
fn keys() {
    turn(Kind::Keys, 0..3);
}

#[test]
fn users_of_postgres() {
    turn(Kind::Postgres, 100..103);
}

#[test]
fn accounts_of_mariadb() {
    turn(Kind::Mariadb, 200..202);
}

#[test]
fn users_of_redis() {
    turn(Kind::Redis, 300..303);
}
