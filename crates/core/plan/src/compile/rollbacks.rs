//! Which rollback procedures a plan must hold: those that attributes name, and those that these name in turn.

use callsheet_runbook::{Procedure, Step};

use crate::{Inputs, PlanFault};

/// A rollback procedure with its steps.
pub(super) struct Rollback<'a> {
    pub slug: String,
    pub title: String,
    pub steps: Vec<&'a Step>,
}

/// Every rollback that can be reached from `main`, in order of first mention. Circles and unknown names are faults.
pub(super) fn reachable<'a>(
    inputs: &Inputs<'a>,
    procedure: &'a Procedure,
    main: &[&'a Step],
    faults: &mut Vec<PlanFault>,
) -> Vec<Rollback<'a>> {
    let mut found = Vec::new();
    let mut path = vec![procedure.slug.clone()];
    follow(inputs, main, &mut path, &mut found, faults);
    found
}

fn follow<'a>(
    inputs: &Inputs<'a>,
    steps: &[&'a Step],
    path: &mut Vec<String>,
    found: &mut Vec<Rollback<'a>>,
    faults: &mut Vec<PlanFault>,
) {
    for (step, slug) in steps.iter().filter_map(|step| Some((step, step.written_rollback()?))) {
        if let Some(at) = path.iter().position(|seen| seen == slug) {
            let path = path[at..].iter().cloned().chain([slug.to_owned()]).collect();
            faults.push(PlanFault::RollbackCircle { path });
            continue;
        }
        if found.iter().any(|rollback| rollback.slug == slug) {
            continue;
        }
        let Some(procedure) = inputs.runbook.procedures.iter().find(|procedure| procedure.slug == slug) else {
            let known: Vec<&str> = inputs.runbook.procedures.iter().map(|procedure| procedure.slug.as_str()).collect();
            faults.push(PlanFault::BadAttribute {
                step: step.id.to_string(),
                line: step.at.line,
                attribute: format!("rollback=#{slug}"),
                why: format!("the file has no such procedure; it has: {}", known.join(", ")),
            });
            continue;
        };
        let steps = procedure.steps.iter().collect::<Vec<&Step>>();
        found.push(Rollback { slug: slug.to_owned(), title: procedure.title.clone(), steps: steps.clone() });
        path.push(slug.to_owned());
        follow(inputs, &steps, path, found, faults);
        path.pop();
    }
}
