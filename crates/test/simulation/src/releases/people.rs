//! What people say to rollouts: a word now and then, and in the end whatever it takes to let it go on.

use callsheet_base::RunId;
use callsheet_engine::{Command, Run};
use callsheet_rollout::{Command as RolloutCommand, Phase};
use callsheet_testkit::person;
use callsheet_traffic::Weight;
use rand::Rng;
use rand::rngs::StdRng;

use crate::people::Words;

/// What somebody says to the run's rollout now, if anybody says something.
pub(crate) fn say(run: &Run, dice: &mut StdRng, calm: bool) -> Option<Words> {
    let (_, one) = run.open_rollouts().next()?;
    let waits = matches!(one.rollout.phase(), Phase::Waiting { .. });
    let command = if calm {
        match () {
            () if one.rollout.paused() => dice.random_ratio(1, 5).then_some(RolloutCommand::Resume)?,
            () if waits => dice.random_ratio(1, 60).then_some(RolloutCommand::Promote)?,
            () => return None,
        }
    } else {
        let often = if waits || one.rollout.paused() { 25 } else { 120 };
        dice.random_ratio(1, often).then(|| word(dice))?
    };
    Some(words(run.id(), command))
}

fn word(dice: &mut StdRng) -> RolloutCommand {
    match dice.random_range(0..12) {
        0..2 => RolloutCommand::Pause,
        2..5 => RolloutCommand::Resume,
        5..9 => RolloutCommand::Promote,
        9 => RolloutCommand::Abort,
        _ => RolloutCommand::SetWeight(Weight::from_percent([0, 5, 20, 50, 80, 100][dice.random_range(0..6)])),
    }
}

fn words(run: RunId, command: RolloutCommand) -> Words {
    Words { run, command: Command::Rollout { service: None, command }, actor: person("ada") }
}
