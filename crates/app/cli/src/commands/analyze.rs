//! `callsheet analyze RUN`: judges a recorded rollout again, with other settings: would it have been caught, and when?

use callsheet_base::Timestamp;
use callsheet_rollout::RolloutPlan;
use callsheet_rollout::analysis::{Evidence, Judge, Settings as Judging, Verdict};
use callsheet_traffic::Slice;
use serde::Serialize;
use serde_json::json;

use crate::commands::called::Format;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::state;

/// Judge a recorded rollout again, with other settings
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The judge is fed with the very slices that the edge counted then. Shares are percentages (`2.5%`) or numbers from \
0 to 1. What is not given stays as it was."
)]
pub struct Args {
    /// The run: `last`, its id, or the end of its id
    #[arg(value_name = "RUN")]
    run: String,
    /// The chance that a release that is no worse is ever called worse
    #[arg(long, value_name = "SHARE", value_parser = share)]
    false_alarm: Option<f64>,
    /// An error rate that never is a reason
    #[arg(long, value_name = "SHARE", value_parser = share)]
    tolerated_errors: Option<f64>,
    /// The share of seconds that a burst may hit in one release alone
    #[arg(long, value_name = "SHARE", value_parser = share)]
    tolerated_bursts: Option<f64>,
    /// How many times the other release's error rate counts as alike
    #[arg(long, value_name = "RATIO")]
    tolerated_ratio: Option<f64>,
    /// How many times as often as the other release it may exceed that one's 99th percentile
    #[arg(long, value_name = "RATIO")]
    tolerated_slowness: Option<f64>,
    /// An error rate above this fails whatever the other release does
    #[arg(long, value_name = "SHARE", value_parser = share)]
    error_limit: Option<f64>,
    /// The error rate that a step must have been able to notice before it passes
    #[arg(long, value_name = "SHARE", value_parser = share)]
    must_see: Option<f64>,
    /// Do not judge latency
    #[arg(long)]
    without_latency: bool,
    /// How to print it: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
}

/// One rollout, judged twice.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Analysis {
    rollout: String,
    slices: usize,
    then: Word,
    now: Word,
}

/// What a judge says in the end.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Word {
    settings: Judging,
    evidence: Evidence,
    /// When it failed, and how many slices of the newer release it had seen by then.
    failed: Option<Failed>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Failed {
    at: Timestamp,
    after_slices: u64,
}

/// Judges and prints.
pub fn execute(args: Args, context: &Context) -> Result<Exit, Failure> {
    let settings = Settings::here(context)?;
    let folder = state::open(&settings)?;
    let run = state::find(&folder, &args.run)?.run;
    let run = state::replay(&folder, run)?.run;
    let mut all = Vec::new();
    for (_, one) in run.rollouts() {
        let plan = one.rollout.plan();
        let slices = folder.slices(&one.measured);
        let changed = args.change(plan.judging.clone());
        if let [fault, ..] = changed.faults().as_slice() {
            return Err(Failure::user(fault.to_string()));
        }
        all.push(analyse(plan, &slices, changed));
    }
    if all.is_empty() {
        return Err(Failure::user(format!("run {} brought out no release", run.id().short()))
            .hint("`callsheet runs` lists the runs"));
    }
    match args.format {
        Format::Json => {
            let id = run.id();
            let json = json!({ "schema": "callsheet.analysis/1", "run": id, "rollouts": all });
            context.screen.data(&format!("{json:#}\n"))?;
        }
        Format::Text => context.screen.data(&all.iter().map(text).collect::<String>())?,
    }
    Ok(Exit::Done)
}

impl Args {
    fn change(&self, then: Judging) -> Judging {
        Judging {
            false_alarm: self.false_alarm.unwrap_or(then.false_alarm),
            tolerated_errors: self.tolerated_errors.unwrap_or(then.tolerated_errors),
            tolerated_bursts: self.tolerated_bursts.unwrap_or(then.tolerated_bursts),
            tolerated_ratio: self.tolerated_ratio.unwrap_or(then.tolerated_ratio),
            tolerated_slowness: self.tolerated_slowness.unwrap_or(then.tolerated_slowness),
            error_limit: self.error_limit.or(then.error_limit),
            must_see: self.must_see.unwrap_or(then.must_see),
            latency: then.latency && !self.without_latency,
        }
    }
}

fn analyse(plan: &RolloutPlan, slices: &[Slice], changed: Judging) -> Analysis {
    let (then, now) = (judge(plan.judging.clone(), slices), judge(changed, slices));
    Analysis { rollout: plan.name(), slices: slices.len(), then, now }
}

fn judge(settings: Judging, slices: &[Slice]) -> Word {
    let mut judge = Judge::new(settings.clone());
    let mut failed = None;
    for slice in slices {
        judge.observe(slice);
        if failed.is_none() && matches!(judge.verdict(), Verdict::Fail(_)) {
            let end_ms = (slice.index + 1).saturating_mul(u64::from(slice.width_ms));
            let at = i64::try_from(end_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
            failed = at.map(|at| Failed { at, after_slices: judge.evidence().slices });
        }
    }
    Word { settings, evidence: judge.evidence(), failed }
}

fn text(analysis: &Analysis) -> String {
    let word = |word: &Word| {
        let when = word.failed.map(|failed| {
            let instant = state::instant(failed.at);
            format!("\n    failed at {instant}, {} slices after the newer release's first request", failed.after_slices)
        });
        format!("{}{}", word.evidence, when.unwrap_or_default())
    };
    let Analysis { rollout, slices, then, now } = analysis;
    let same = then.settings == now.settings;
    let again = if same { String::new() } else { format!("  with these settings: {}\n", word(now)) };
    format!("{rollout}: {slices} slices recorded\n  as it was judged: {}\n{again}", word(then))
}

/// `2.5%` or `0.025`.
fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    number.trim().parse::<f64>().map(|number| number / scale).map_err(|_| "write `2.5%` or `0.025`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_traffic::{Outcome, Ticket, Weight};

    /// A minute at 10 %, a hundred requests a second, of which the newer release fails one in `every`.
    fn minute(every: u64) -> Vec<Slice> {
        let mut count = 0;
        let slice = |second: u64| {
            let mut slice = Slice::empty(1_800_000_000 + second, 1000, Weight::from_percent(10), 10_000);
            for request in 0..100 {
                let ticket = Ticket::from_random(second * 100 + request);
                let newer = ticket.place() < 1000;
                count += u64::from(newer);
                slice.add(ticket, Outcome { error: newer && count % every == 0, slow: false });
            }
            slice
        };
        (0..60).map(slice).collect()
    }

    #[test]
    fn other_settings_catch_what_these_let_pass() {
        let slices = minute(20);
        let lenient = Judging { tolerated_errors: 0.2, must_see: 0.5, ..Judging::default() };
        assert!(judge(lenient, &slices).failed.is_none());
        let strict = judge(Judging::default(), &slices);
        let failed = strict.failed.expect("5 % of errors are seen within a minute");
        assert!(failed.after_slices < 60 && strict.evidence.error_rate > 0.04, "{failed:?}");
    }

    #[test]
    fn shares_are_read_both_ways() {
        assert_eq!((share("2.5%"), share("0.025")), (Ok(0.025), Ok(0.025)));
        assert!(share("much").is_err());
    }
}
