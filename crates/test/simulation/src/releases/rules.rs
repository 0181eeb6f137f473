//! What a conductor may do, given what the journal holds at this instant.

use callsheet_base::RunId;
use callsheet_engine::Claim;
use callsheet_rollout::{InstanceId, InstanceSpec, InstanceState, Member, Phase, Rollout, RolloutPlan, Routing};
use callsheet_traffic::Weight;

use super::town::Town;
use crate::world::Outer;

/// The rollout as it is on record, if it began.
fn durable(outer: &Outer, run: RunId, claim: Claim) -> Option<&Rollout> {
    outer.audit.run(run).and_then(|run| run.rollout(claim)).map(|one| &one.rollout)
}

/// The same, where nothing may be done before it began or after it ended.
fn open(outer: &Outer, run: RunId, claim: Claim) -> Result<&Rollout, String> {
    match durable(outer, run, claim) {
        Some(rollout) if !matches!(rollout.phase(), Phase::Ended(_)) => Ok(rollout),
        other => Err(format!("something is done for a rollout that is not open on record: {other:?}")),
    }
}

/// An instance that is wanted and not there, of a set that may run now.
pub(super) fn may_start(outer: &Outer, run: RunId, claim: Claim, spec: &InstanceSpec) -> Result<(), String> {
    let rollout = open(outer, run, claim)?;
    let (plan, wanted, town) = (rollout.plan(), rollout.wanted(), &outer.town);
    let version = &spec.release.version;
    let from = plan.from.as_ref().map(|from| &from.version);
    let (most, other) = match version {
        version if *version == plan.to.version => (wanted.new, from),
        version if Some(version) == from => (wanted.old, Some(&plan.to.version)),
        _ => return Err(format!("{} is started, of neither release", spec.id.0)),
    };
    if town.alive(version) >= usize::from(most) {
        return Err(format!("{} is started, but {most} of it are there: {}", spec.id.0, words(town)));
    }
    if plan.exclusive && other.is_some_and(|other| town.alive(other) > 0) {
        return Err(format!("{} is started beside the other release: {}", spec.id.0, words(town)));
    }
    Ok(())
}

/// An instance that is not wanted, that nobody is sent to, and that has no request for which there still is time.
pub(super) fn may_stop(outer: &Outer, run: RunId, claim: Claim, id: &InstanceId) -> Result<(), String> {
    let rollout = open(outer, run, claim)?;
    let (plan, wanted, town) = (rollout.plan(), rollout.wanted(), &outer.town);
    let Some(one) = town.instances.get(id) else { return Ok(()) };
    let version = &one.seen.release.version;
    let most = match version {
        version if *version == plan.to.version => wanted.new,
        version if plan.from.as_ref().is_some_and(|from| from.version == *version) => wanted.old,
        _ => 0,
    };
    if town.alive(version) <= usize::from(most) {
        return Err(format!("{} is stopped, but {most} of it are wanted: {}", id.0, words(town)));
    }
    // Where users wait, nobody is sent anywhere.
    if town.edge.sends_to(id) && !town.edge.held {
        return Err(format!("{} is stopped while users are sent to it", id.0));
    }
    Ok(())
}

/// A share that the journal allows, of a set that can carry it.
pub(super) fn may_route(outer: &Outer, run: RunId, claim: Claim, routing: &Routing) -> Result<(), String> {
    let town = &outer.town;
    let Some(rollout) = durable(outer, run, claim) else {
        return match (&routing.canary, routing.weight) {
            (None, Weight::NONE) => Ok(()),
            _ => Err(format!("traffic is shared before the rollout began: {routing:?}")),
        };
    };
    let plan = rollout.plan();
    if plan.from.is_none() || town.edge.routing.is_none() {
        return Ok(());
    }
    let before = town.edge.routing.as_ref().map_or(Weight::NONE, |told| share(told, town.edge.weight, plan));
    let after = share(routing, routing.weight, plan);
    let most = match rollout.phase() {
        Phase::Retiring {} => Weight::ALL,
        _ => rollout.wanted().weight,
    };
    if after > before && after > most {
        return Err(format!("the newer release gets {after}, on record are {most} ({:?})", rollout.phase()));
    }
    let instances = u32::from(plan.instances);
    let newer = ready(outer, run, claim, &plan.to.version, routing);
    if after > before && Weight::of_parts(newer, instances) < after {
        return Err(format!("{after} go to a set of which {newer} of {instances} are ready"));
    }
    let older = plan.from.as_ref().map_or(0, |from| ready(outer, run, claim, &from.version, routing));
    let carried = older >= instances || routing.held || newer == 0 && older > 0;
    let by_hand = rollout.by_hand().is_some() && Weight::of_parts(older, instances) >= after.rest();
    if after < before && !carried && !by_hand {
        return Err(format!("{} go back to a set of which {older} of {instances} are ready", after.rest()));
    }
    match routing.lease {
        Some(_) if older == 0 || rollout.wanted().old < plan.instances => {
            Err(format!("without a judge all traffic would go to {older} of {instances} instances"))
        }
        _ => Ok(()),
    }
}

/// The newer release's share in a routing that is given at `weight`.
fn share(routing: &Routing, weight: Weight, plan: &RolloutPlan) -> Weight {
    match &routing.canary {
        _ if routing.stable.version == plan.to.version => Weight::ALL,
        Some(pool) if pool.version == plan.to.version => weight,
        _ => Weight::NONE,
    }
}

/// Members of a version's pool that were ready when the conductor last looked.
fn ready(outer: &Outer, run: RunId, claim: Claim, version: &str, routing: &Routing) -> u32 {
    let Some(look) = outer.town.looks.get(&(run, claim)) else { return 0 };
    let was_ready =
        |member: &&Member| look.instances.iter().any(|seen| seen.id == member.id && seen.state == InstanceState::Ready);
    let pools = [Some(&routing.stable), routing.canary.as_ref()];
    let members = pools.into_iter().flatten().filter(|pool| pool.version == version).flat_map(|pool| &pool.members);
    members.filter(was_ready).count() as u32
}

fn words(town: &Town) -> String {
    let one = |one: &super::instances::Inhabitant| format!("{} {:?}", one.seen.id.0, one.seen.state);
    town.instances.values().map(one).collect::<Vec<_>>().join(", ")
}
