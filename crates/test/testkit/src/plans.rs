//! Plans built by hand, for tests that need one without a runbook.

use std::collections::BTreeMap;

use callsheet_access::{Actor, ActorSource, ApprovalRule, Approver};
use callsheet_base::{Digest, Duration, StepId};
use callsheet_diag::SourceText;
use callsheet_engine::Created;
use callsheet_plan::{
    Action, Config, DeployOrder, Expect, Gate, Goal, InDoubt, OnFailure, Plan, PlannedAct, PlannedHook,
    PlannedRollback, PlannedStep, Retry, StepIndex, StepKind, Target,
};
use callsheet_rollout::Hook;

/// Builds a plan: the procedure's steps first, then rollbacks, then steps that only undo.
#[derive(Clone, Debug)]
pub struct PlanBuilder {
    plan: Plan,
}

/// Builds one step.
#[derive(Clone, Debug)]
pub struct StepBuilder {
    step: PlannedStep,
}

/// An actor known by a login.
pub fn person(name: &str) -> Actor {
    Actor { name: name.to_owned(), source: ActorSource::Login }
}

/// The first event of a run of `plan`, asked for by the person `operator`.
pub fn created(plan: &Plan) -> Created {
    Created {
        plan: plan.digest(),
        runbook: plan.runbook,
        procedure: plan.name(),
        service: plan.service.clone(),
        environment: plan.environment.clone(),
        actor: person("operator"),
        why: "a test".to_owned(),
        version: "0".to_owned(),
    }
}

/// A plan of `steps` shell steps, each one act.
pub fn long_plan(steps: usize) -> Plan {
    let steps = (0..steps).map(|at| StepBuilder::shell(&format!("step-{at}"), "true"));
    steps.fold(PlanBuilder::new(), PlanBuilder::step).build()
}

impl Default for PlanBuilder {
    fn default() -> PlanBuilder {
        PlanBuilder::new()
    }
}

impl PlanBuilder {
    /// A plan without steps.
    pub fn new() -> PlanBuilder {
        let plan = Plan {
            file: "runbooks/service.md".to_owned(),
            files: BTreeMap::new(),
            runbook: Digest::of(b"runbook"),
            procedure: "deploy".to_owned(),
            title: "Deploy".to_owned(),
            service: "service".to_owned(),
            environment: "dev".to_owned(),
            target: Target::default(),
            parameters: BTreeMap::new(),
            variables: BTreeMap::new(),
            secrets: Vec::new(),
            steps: Vec::new(),
            main: 0,
            rollbacks: Vec::new(),
            observes_from: None,
            output_cap: 1 << 20,
        };
        PlanBuilder { plan }
    }

    /// Adds a step to the procedure. Call before [`PlanBuilder::rollback`].
    pub fn step(mut self, step: StepBuilder) -> PlanBuilder {
        assert_eq!(self.plan.steps.len(), self.plan.main as usize, "the procedure's steps come first");
        self.plan.steps.push(step.step);
        self.plan.main += 1;
        self
    }

    /// Adds a rollback procedure.
    pub fn rollback(mut self, slug: &str, steps: Vec<StepBuilder>) -> PlanBuilder {
        let first = StepIndex(self.plan.steps.len() as u32);
        let count = steps.len() as u32;
        self.plan.steps.extend(steps.into_iter().map(|step| step.step));
        self.plan.rollbacks.push(PlannedRollback { slug: slug.to_owned(), title: slug.to_owned(), first, count });
        self
    }

    /// Adds steps that the deploy act in `step` has run at these moments.
    pub fn hooks(mut self, step: usize, moments: &[(Hook, Option<Duration>)], steps: Vec<StepBuilder>) -> PlanBuilder {
        let (first, count) = (StepIndex(self.plan.steps.len() as u32), steps.len() as u32);
        self.plan.steps.extend(steps.into_iter().map(|step| step.step));
        let Action::Deploy(order) = &mut self.plan.steps[step].acts[0].action else { panic!("it deploys nothing") };
        let planned = |&(hook, after): &(Hook, Option<Duration>)| PlannedHook {
            hook,
            after,
            name: "flows".to_owned(),
            first,
            count,
        };
        order.hooks.extend(moments.iter().map(planned));
        self
    }

    /// Adds a step that undoes the step of id `undone`.
    pub fn undo(mut self, undone: &str, step: StepBuilder) -> PlanBuilder {
        let index = StepIndex(self.plan.steps.len() as u32);
        let undone = self.plan.find(undone).expect("the undone step is there");
        self.plan.steps[undone.at()].undo = Some(index);
        self.plan.steps.push(step.step);
        self
    }

    /// The service it changes; none without a name.
    pub fn service(mut self, service: &str) -> PlanBuilder {
        self.plan.service = service.to_owned();
        self
    }

    /// The host to verify first.
    pub fn host(mut self, host: &str) -> PlanBuilder {
        self.plan.target.host = Some(host.to_owned());
        self
    }

    /// The step from which on the run only observes.
    pub fn observes_from(mut self, step: u32) -> PlanBuilder {
        self.plan.observes_from = Some(StepIndex(step));
        self
    }

    /// The plan.
    pub fn build(self) -> Plan {
        self.plan
    }
}

impl StepBuilder {
    /// A step of one act.
    pub fn new(id: &str, kind: StepKind, action: Action) -> StepBuilder {
        let step = PlannedStep {
            id: StepId::new(id),
            title: id.to_owned(),
            line: 1,
            kind,
            gates: Vec::new(),
            acts: vec![PlannedAct { line: 1, choice: None, action, expects: Vec::new() }],
            standby: Vec::new(),
            parallel: None,
            timeout: None,
            retry: Retry { again: 0, backoff: Duration::from_secs(1), most: Duration::from_mins(5) },
            in_doubt: InDoubt::Person,
            on_failure: OnFailure::Stop,
            undo: None,
            interactive: false,
            rollback: false,
            danger: Vec::new(),
            inferred: Vec::new(),
        };
        StepBuilder { step }
    }

    /// A shell step.
    pub fn shell(id: &str, script: &str) -> StepBuilder {
        let argv = ["bash", "-eo", "pipefail"].map(str::to_owned).to_vec();
        StepBuilder::new(id, StepKind::Command, Action::Shell { argv, script: script.to_owned() })
    }

    /// Brings out `version` of the plan's service: two instances, 10 % and then all of the traffic.
    pub fn deploy(id: &str, version: &str) -> StepBuilder {
        let goal = Goal::Version { version: version.to_owned(), artifact: None, one_way: None };
        StepBuilder::brings_out(id, goal)
    }

    /// Goes back to the release before.
    pub fn back(id: &str) -> StepBuilder {
        StepBuilder::brings_out(id, Goal::Back { to: None })
    }

    fn brings_out(id: &str, goal: Goal) -> StepBuilder {
        let toml = "[services.service]\ncommand = [\"service\"]\ninstances = 2\n[services.service.release]\nsteps = [\"10%\"]\nhold = \"10s\"\n";
        let config = Config::read(&SourceText::new("callsheet.toml", toml)).expect("it is well-formed");
        let spec = config.service_in("service", "dev").expect("it says how it runs").clone();
        let order = DeployOrder::bare("service", goal, spec);
        StepBuilder::new(id, StepKind::Command, Action::Deploy(Box::new(order)))
    }

    /// A person's step.
    pub fn manual(id: &str) -> StepBuilder {
        StepBuilder::new(id, StepKind::Manual, Action::Person { instruction: id.to_owned(), offers: None })
    }

    /// A wait from the step's own start.
    pub fn wait(id: &str, least: Duration) -> StepBuilder {
        StepBuilder::new(id, StepKind::Wait, Action::Wait { least, most: least, from_run_start: false })
    }

    /// An approval by `needed` people, given by anyone but the requester.
    pub fn approve(id: &str, needed: u8) -> StepBuilder {
        let rule = ApprovalRule { needed, who: Approver::Anyone, requester_may: false, expires: None };
        StepBuilder::new(id, StepKind::Approve, Action::Approve { rule, words: id.to_owned() })
    }

    /// One more act.
    pub fn act(mut self, action: Action) -> StepBuilder {
        self.step.acts.push(PlannedAct { line: 1, choice: None, action, expects: Vec::new() });
        self
    }

    /// The last act belongs to this option.
    pub fn choice(mut self, label: &str) -> StepBuilder {
        self.step.acts.last_mut().expect("an act").choice = Some(label.to_owned());
        self
    }

    /// An expectation of the last act.
    pub fn expect(mut self, expect: Expect) -> StepBuilder {
        self.step.acts.last_mut().expect("an act").expects.push(expect);
        self
    }

    /// One more gate.
    pub fn gate(mut self, gate: Gate) -> StepBuilder {
        self.step.gates.push(gate);
        self
    }

    /// Its parallel group.
    pub fn parallel(mut self, group: &str) -> StepBuilder {
        self.step.parallel = Some(group.to_owned());
        self
    }

    /// Tries after the first.
    pub fn again(mut self, again: u32) -> StepBuilder {
        self.step.retry.again = again;
        self
    }

    /// What follows when it fails for good.
    pub fn on_failure(mut self, on_failure: OnFailure) -> StepBuilder {
        self.step.on_failure = on_failure;
        self
    }

    /// It may run again when its end is unknown.
    pub fn idempotent(mut self) -> StepBuilder {
        self.step.in_doubt = InDoubt::Again;
        self
    }
}
