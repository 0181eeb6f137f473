//! A procedure is run, something is killed, it is resumed; again and again until it is done.

use std::time::Duration;

use crate::ending::Program;
use crate::{Broken, Desk, Ending, Moment, Promise, Seed, stories::settle_by_looking};

/// What happened in a story.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// Kills that hit a living program.
    pub kills: u32,
    /// Steps that came to be in doubt.
    pub doubts: u32,
}

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Victim {
    /// Callsheet; the keeper and its step live on.
    Command,
    /// The keeper; Callsheet and the step live on.
    Keeper,
    /// Everything at once.
    Power,
}

/// More rounds than any story needs: each kill makes one, each doubt another.
const MOST_ROUNDS: u32 = 40;
/// A program that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(60);

/// Tells the story of `seed`; `Err` says which promise was broken.
pub fn crash(seed: u64) -> Result<Told, Broken> {
    let mut choices = Seed::new(seed);
    let mut promise = Promise { steps: names(2 + choices.below(4)), ..Promise::default() };
    let desk = Desk::new(&runbook(&promise.steps, &mut choices));
    let mut kills_left = 1 + choices.below(4) as u32;
    let mut told = Told::default();
    let mut program = desk.start(&["run", "ops.md#deploy", "--yes"]);
    for _ in 0..MOST_ROUNDS {
        let ending = if kills_left > 0 {
            kills_left -= 1;
            disturb(&desk, program, &mut choices, &mut told)
        } else {
            program.wait_for(LONGEST)
        };
        let ending = ending.map_err(|ending| format!("hangs: {ending}"))?;
        // Done, in doubt, or ended by our signal; any other exit code is a broken promise.
        if !matches!(ending.code, None | Some(0 | 6)) {
            return Err(format!("unexpected exit code of {ending}"));
        }
        promise.nothing_twice(&desk)?;
        program = match desk.run() {
            Some(run) if is_done(&desk, &run) => return promise.kept(&desk, &run).map(|()| told),
            Some(run) => {
                if ending.code == Some(6) {
                    told.doubts += 1;
                    settle_by_looking(&desk, &run, &ending.text(), &mut promise.again)?;
                }
                desk.start(&["resume", "--all", "--yes"])
            }
            // Killed before the first record: there is no run, and nothing was done.
            None if desk.ledger().is_empty() => desk.start(&["run", "ops.md#deploy", "--yes"]),
            None => return Err(format!("steps began without a run on record: {:?}", desk.ledger())),
        };
    }
    Err(format!("not done after {MOST_ROUNDS} rounds: {:?}", desk.ledger()))
}

fn is_done(desk: &Desk, run: &str) -> bool {
    desk.phase(run) == "done"
}

/// Kills somebody at some moment; how the program ended.
fn disturb(desk: &Desk, mut program: Program, choices: &mut Seed, told: &mut Told) -> Result<Ending, Ending> {
    let victim = match choices.below(10) {
        0..6 => Victim::Command,
        6..8 => Victim::Keeper,
        _ => Victim::Power,
    };
    let moment = match choices.below(4) {
        0 => Moment::After(choices.pause(Duration::from_millis(150))),
        _ => Moment::Record { count: 1 + choices.below(12) as u32, then: choices.pause(Duration::from_millis(4)) },
    };
    if moment.wait(desk, &mut program) {
        told.kills += 1;
        match victim {
            Victim::Command => return Ok(program.kill()),
            Victim::Power => {
                desk.cut_power();
                return Ok(program.kill());
            }
            Victim::Keeper => desk.keepers().into_iter().for_each(|keeper| keeper.kill()),
        }
    }
    program.wait_for(LONGEST)
}

fn names(count: u64) -> Vec<String> {
    ["fetch", "stop", "migrate", "start", "announce", "tidy"]
        .iter()
        .take(count as usize)
        .map(|&n| n.to_owned())
        .collect()
}

fn runbook(steps: &[String], choices: &mut Seed) -> String {
    let mut text = "# Shop\n\n## Deploy\n".to_owned();
    for (number, step) in steps.iter().enumerate() {
        let pause = choices.below(60);
        text.push_str(&format!(
            "\n{}. Do {step}\n\n   ```bash {{name={step}}}\n   echo '{step} begin' >> LEDGER\n   sleep 0.{pause:03}\n   echo '{step} end' >> LEDGER\n   ```\n",
            number + 1
        ));
    }
    text
}
