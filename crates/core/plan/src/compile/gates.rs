//! What must be settled before a step's first act, in this order: which way, whether at all, which option, who allows it.

use std::collections::BTreeMap;

use callsheet_access::{ApprovalRule, Approver};
use callsheet_runbook::{Step, alternatives};

use super::Context;
use crate::{Gate, PlanFault, When};

/// What the gates need to know of a step beside its text.
pub(super) struct Around<'s, 'a> {
    /// The rollback's slug; `None`: the procedure's own step.
    pub slug: Option<&'s str>,
    /// The labels of the section's alternatives, by group.
    pub labels: &'s Labels<'a>,
    /// Something is started, rather than only asked or waited for.
    pub performs: bool,
    /// Every act is a question anyway, which may be skipped.
    pub only_asks: bool,
    pub options: Vec<String>,
    pub when: Option<When>,
}

pub(super) fn compile_gates(context: &Context, step: &Step, around: Around, faults: &mut Vec<PlanFault>) -> Vec<Gate> {
    let mut gates = Vec::new();
    let alternative = alternative(&around, step);
    let chosen = alternative.is_some() || has_been_chosen(context, &around, step);
    gates.extend(alternative);
    let conditional = step.optional || step.condition.is_some();
    match around.when {
        Some(when) => gates.push(Gate::When(when)),
        None if conditional && !chosen && !around.only_asks => {
            let label = step.alternative.as_ref().map(|way| &way.label);
            gates.push(Gate::Optional { condition: step.condition.as_ref().or(label).cloned().unwrap_or_default() });
        }
        None => {}
    }
    if !around.options.is_empty() {
        gates.push(Gate::Option { labels: around.options });
    }
    if step.attributes.other.contains_key("confirm") {
        gates.push(Gate::Confirm { words: step.title.clone() });
    }
    let danger_rule = danger_rule(context);
    if around.performs && step.attributes.approve.is_some() {
        gates.push(Gate::Approval { rule: approval_rule(context, step, None, faults) });
    } else if around.performs && !step.danger.is_empty() {
        gates.push(match danger_rule {
            Some(rule) => Gate::Approval { rule: with_defaults(context, step, rule.clone()) },
            None => Gate::Danger { words: step.danger.iter().map(|danger| danger.text.clone()).collect() },
        });
    }
    gates
}

/// The ways among a section's steps.
pub(super) struct Labels<'a> {
    /// In order, each once, by group.
    ways: BTreeMap<&'a str, Vec<String>>,
    /// Every step is of one and the same way.
    all_one: bool,
}

/// Of all steps of a section.
pub(super) fn labels<'a>(steps: &[&'a Step]) -> Labels<'a> {
    let mut ways: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in steps.iter().filter_map(|step| step.alternative.as_ref()) {
        let group = ways.entry(one.group.as_str()).or_default();
        if !group.contains(&one.label) {
            group.push(one.label.clone());
        }
    }
    let all_one = steps.iter().all(|step| step.alternative.is_some())
        && steps.windows(2).all(|pair| pair[0].alternative == pair[1].alternative);
    Labels { ways, all_one }
}

/// `None`: it is no way, or the only one here, of which nothing is to be chosen.
fn alternative(around: &Around, step: &Step) -> Option<Gate> {
    let own = step.alternative.as_ref()?;
    let labels = around.labels.ways.get(own.group.as_str()).filter(|labels| labels.len() > 1)?.clone();
    let group = around.slug.map_or_else(|| own.group.clone(), |slug| format!("{slug}/{}", own.group));
    Some(Gate::Alternative { group, label: own.label.clone(), labels })
}

/// Whoever runs a procedure that is one of several ways has chosen it.
fn has_been_chosen(context: &Context, around: &Around, step: &Step) -> bool {
    let Some(own) = &step.alternative else { return false };
    let procedures = &context.inputs.runbook.procedures;
    let find = |slug: &str| procedures.iter().find(|procedure| procedure.slug == slug);
    let asked = std::iter::successors(find(around.slug.unwrap_or(context.inputs.procedure)), |procedure| {
        procedure.parent.as_deref().and_then(find)
    });
    let says_so = |title: &str| alternatives::label(title).is_some_and(|label| label.name == own.label);
    around.labels.all_one || asked.into_iter().any(|procedure| says_so(&procedure.title))
}

fn danger_rule<'a>(context: &'a Context) -> Option<&'a ApprovalRule> {
    let config = context.inputs.config;
    let environment = config.environments.get(context.inputs.environment);
    environment.and_then(|environment| environment.danger.as_ref()).or(config.approvals.danger.as_ref())
}

/// The rule that `approve=` writes, else `default`, else anyone.
pub(super) fn approval_rule(
    context: &Context,
    step: &Step,
    default: Option<&ApprovalRule>,
    faults: &mut Vec<PlanFault>,
) -> ApprovalRule {
    let anyone = ApprovalRule { needed: 1, who: Approver::Anyone, requester_may: false, expires: None };
    let rule = match &step.attributes.approve {
        Some(written) => written.parse().unwrap_or_else(|error: callsheet_access::RuleError| {
            faults.push(PlanFault::BadAttribute {
                step: step.id.to_string(),
                line: step.at.line,
                attribute: format!("approve={written}"),
                why: error.to_string(),
            });
            anyone
        }),
        None => default.cloned().unwrap_or(anyone),
    };
    with_defaults(context, step, rule)
}

/// Where nobody is listed, a team of one may approve its own change.
pub(super) fn with_defaults(context: &Context, step: &Step, rule: ApprovalRule) -> ApprovalRule {
    let config = context.inputs.config;
    let expires = step.attributes.expires.or(rule.expires).or(config.approvals.expires);
    ApprovalRule { requester_may: config.people.named.is_empty(), expires, ..rule }
}
