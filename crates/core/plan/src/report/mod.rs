//! The report `callsheet.plan/1`: what was read, as JSON for other tools. All lines are 1-based in the raw file.

use callsheet_base::{Duration, StepId};
use callsheet_diag::Diagnostic;
use callsheet_runbook::{
    ActKind, Danger, Expect, Fact, Inferred, Placeholder, Procedure, Reading, Runs, Step, StepKind,
};
use serde::Serialize;

/// The whole report. Its shape changes only with the number in `schema`.
#[derive(Clone, Debug, Serialize)]
pub struct PlanReport<'a> {
    /// `callsheet.plan/1`.
    pub schema: &'static str,
    /// The runbook as the user named it.
    pub file: &'a str,
    /// All procedures, or the one named.
    pub procedures: Vec<ProcedureReport<'a>>,
    /// What the runbook states beside steps.
    pub facts: &'a [Fact],
    /// What is wrong with it.
    pub diagnostics: &'a [Diagnostic],
}

/// One procedure.
#[derive(Clone, Debug, Serialize)]
pub struct ProcedureReport<'a> {
    /// What comes after `#`.
    pub slug: &'a str,
    /// The heading.
    pub title: &'a str,
    /// The heading's line.
    pub line: u32,
    /// In order.
    pub steps: Vec<StepReport<'a>>,
}

/// One step.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport<'a> {
    /// Unique in the procedure.
    pub id: &'a StepId,
    /// The words that introduce it.
    pub title: &'a str,
    /// `command`, `check`, `wait`, `approve`, `notify`, `manual`.
    pub kind: StepKind,
    /// `shell`, `hurl`, `sql`, `promql`, `verb`, or null: a person.
    pub runs: Option<Runs>,
    /// Where it begins.
    pub line: u32,
    /// Where it begins, in characters.
    pub column: u32,
    /// In order.
    pub acts: Vec<ActReport<'a>>,
    /// The commands among the acts that run.
    pub commands: Vec<&'a str>,
    /// What must be seen.
    pub expects: &'a [Expect],
    /// What must be filled in.
    pub params: &'a [Placeholder],
    /// Why it is dangerous.
    pub danger: &'a [Danger],
    /// Needs a terminal, or never ends by itself.
    pub interactive: bool,
    /// Done only on a condition or a choice.
    pub optional: bool,
    /// Part of undoing.
    pub rollback: bool,
    /// Ends the step, if written.
    pub timeout: Option<Duration>,
    /// Tries after the first, if written.
    pub retry: Option<u32>,
    /// Where a failure leads: written, or inferred and then only offered.
    pub rollback_to: Option<&'a str>,
    /// What was concluded rather than written.
    pub inferred: &'a [Inferred],
}

/// One act.
#[derive(Clone, Debug, Serialize)]
pub struct ActReport<'a> {
    /// `run`, `manual`, `standby`.
    pub kind: ActKind,
    /// 1-based line.
    pub line: u32,
    /// As written.
    pub command: &'a str,
    /// The option it belongs to.
    pub choice: Option<&'a str>,
}

/// The report of what was read: of every procedure, or of the one of that slug.
pub fn report<'a>(file: &'a str, reading: &'a Reading, procedure: Option<&str>) -> PlanReport<'a> {
    let wanted = reading.runbook.procedures.iter().filter(|one| procedure.is_none_or(|slug| one.slug == slug));
    PlanReport {
        schema: "callsheet.plan/1",
        file,
        procedures: wanted.map(procedure_report).collect(),
        facts: &reading.runbook.facts,
        diagnostics: &reading.diagnostics,
    }
}

fn procedure_report(procedure: &Procedure) -> ProcedureReport<'_> {
    ProcedureReport {
        slug: &procedure.slug,
        title: &procedure.title,
        line: procedure.at.line,
        steps: procedure.steps.iter().map(step_report).collect(),
    }
}

fn step_report(step: &Step) -> StepReport<'_> {
    let inferred_rollback = || step.inferred.iter().find(|inferred| inferred.field == "rollback_to");
    let acts = step.acts.iter().map(|act| ActReport {
        kind: act.kind,
        line: act.line,
        command: &act.command,
        choice: act.choice.as_deref(),
    });
    let run = step.acts.iter().filter(|act| act.kind == ActKind::Run);
    StepReport {
        id: &step.id,
        title: &step.title,
        kind: step.kind,
        runs: step.runs,
        line: step.at.line,
        column: step.at.column,
        acts: acts.collect(),
        commands: run.map(|act| act.command.as_str()).collect(),
        expects: &step.expects,
        params: &step.params,
        danger: &step.danger,
        interactive: step.interactive,
        optional: step.optional,
        rollback: step.rollback,
        timeout: step.attributes.timeout,
        retry: step.attributes.retry,
        rollback_to: step
            .written_rollback()
            .and(step.attributes.rollback.as_deref())
            .or_else(|| inferred_rollback().map(|one| &*one.value)),
        inferred: &step.inferred,
    }
}
