//! End a running act's whole process group. A message on its way cannot be called back: its end is waited for.

use callsheet_engine::{Claim, Run};
use callsheet_plan::Action;

use super::Deed;

pub(crate) fn deed(run: &Run, claim: Claim) -> Option<Deed> {
    let planned = run.plan().act(claim.step, claim.act)?;
    matches!(planned.act.action, Action::Shell { .. }).then_some(Deed::Cancel { run: run.id(), claim })
}
