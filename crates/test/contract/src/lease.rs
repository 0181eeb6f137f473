//! What every `Lease` must do. Each case gets two parties that compete for the same runs.

use callsheet_journal::Lease;

use crate::journal::run;

/// One promise, checked with two parties.
pub type Case = fn(&mut dyn Lease, &mut dyn Lease);

/// All cases, by name.
pub const CASES: &[(&str, Case)] = &[
    ("one_holder_at_a_time", one_holder_at_a_time),
    ("a_freed_lease_can_be_taken", a_freed_lease_can_be_taken),
    ("leases_of_different_runs_are_apart", leases_of_different_runs_are_apart),
    ("taking_twice_and_freeing_nothing_are_harmless", taking_twice_and_freeing_nothing_are_harmless),
];

fn one_holder_at_a_time(first: &mut dyn Lease, second: &mut dyn Lease) {
    first.try_take(run(1)).expect("works").expect("free");
    let holder = second.try_take(run(1)).expect("works").expect_err("held");
    assert!(!holder.role.is_empty());
}

fn a_freed_lease_can_be_taken(first: &mut dyn Lease, second: &mut dyn Lease) {
    first.try_take(run(1)).expect("works").expect("free");
    first.free(run(1));
    second.try_take(run(1)).expect("works").expect("freed");
    assert!(first.try_take(run(1)).expect("works").is_err());
}

fn leases_of_different_runs_are_apart(first: &mut dyn Lease, second: &mut dyn Lease) {
    first.try_take(run(1)).expect("works").expect("free");
    second.try_take(run(2)).expect("works").expect("free");
    assert!(first.try_take(run(2)).expect("works").is_err());
}

fn taking_twice_and_freeing_nothing_are_harmless(first: &mut dyn Lease, second: &mut dyn Lease) {
    first.try_take(run(1)).expect("works").expect("free");
    first.try_take(run(1)).expect("works").expect("still ours");
    second.free(run(1));
    assert!(second.try_take(run(1)).expect("works").is_err());
}
