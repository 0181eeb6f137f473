//! Whether a step is done at all, what undoes it and where its failure leads, as attributes.

use callsheet_runbook::Step;

use crate::info::Attribute;

/// The way it is, its condition, or that it is optional, as far as they are only concluded.
pub(crate) fn choices(step: &Step) -> Vec<Attribute> {
    let found = step.inferred.iter().filter_map(|one| match &*one.field {
        "alternative" => Some(Attribute::new("choose", &*one.value)),
        // Words that no attribute holds stay where they stand.
        "condition" => {
            let words = Attribute::new("condition", &*one.value);
            let unwritten = step.attributes.optional.is_none();
            if words.text().is_some() { Some(words) } else { unwritten.then(|| Attribute::flag("optional")) }
        }
        "optional" => Some(Attribute::flag("optional")),
        _ => None,
    });
    found.collect()
}

/// What undoes the step, and the procedure that its failure leads to, as far as they are only concluded.
pub(crate) fn rollbacks(step: &Step) -> Vec<Attribute> {
    let found = step.inferred.iter().filter_map(|one| match &*one.field {
        "undo" => Some(Attribute::new("undo", &*one.value)),
        "rollback_to" => Some(Attribute::new("rollback", &*one.value)),
        _ => None,
    });
    found.collect()
}
