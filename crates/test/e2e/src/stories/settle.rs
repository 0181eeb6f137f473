//! What a person does about a step in doubt: looks at the world, then says.

use std::collections::BTreeMap;

use crate::Broken;
use crate::desk::Desk;

/// Ids of the steps for which a closing text offers `callsheet retry RUN STEP`.
pub fn doubtful_steps(closing: &str) -> Vec<String> {
    let offers = closing.lines().filter_map(|line| line.trim().strip_prefix("callsheet retry "));
    offers.filter_map(|words| words.split_whitespace().nth(1)).map(ToOwned::to_owned).collect()
}

/// Settles every doubtful step by its ledger lines: `done` if it came to its end, else `retry`, counted in `again`.
/// `closing` is what the command said that ended with the run in doubt.
pub fn settle_by_looking(
    desk: &Desk,
    run: &str,
    closing: &str,
    again: &mut BTreeMap<String, usize>,
) -> Result<(), Broken> {
    // What a killed keeper left running may still write: a person waits for it before looking.
    desk.until("left-over steps to end", |desk| desk.processes().is_empty());
    let doubtful = doubtful_steps(closing);
    if doubtful.is_empty() {
        return Err(format!("exit code 6, but no step is in doubt: {closing}"));
    }
    for step in doubtful {
        let verb = if desk.count(&format!("{step} end")) > 0 { "done" } else { "retry" };
        if verb == "retry" {
            *again.entry(step.clone()).or_default() += 1;
        }
        let said = desk.callsheet(&[verb, run, &step, "--note", "looked at the ledger"]);
        if said.code != Some(0) {
            return Err(format!("the person's word is not taken: {said}"));
        }
    }
    Ok(())
}
