//! A run in one word, one exit status, one line.

use callsheet_journal::RunSummary;

use crate::{Phase, Run, StepState};

impl Run {
    /// The phase's word, for lists: `running`, `waiting`, `in-doubt`, `held`, `rolling-back`, `stopping`, `observing`, or how it ended.
    pub fn phase_word(&self) -> &'static str {
        let any = |wanted: fn(&StepState) -> bool| self.open_steps().any(|(_, state)| wanted(state));
        match &self.phase {
            Phase::Ended { result } => result.word(),
            _ if any(|state| matches!(state, StepState::Doubt { .. })) => "in-doubt",
            _ if self.needs_a_person() => "waiting",
            _ if self.held => "held",
            Phase::Stopping { .. } => "stopping",
            Phase::Back { .. } => "rolling-back",
            Phase::Forward if self.observing => "observing",
            Phase::Target { .. } | Phase::Forward => "running",
        }
    }

    /// Whether nothing new begins any more: it only has to end what is under way.
    pub fn is_stopping(&self) -> bool {
        matches!(self.phase, Phase::Stopping { .. })
    }

    /// Whether nothing but a person can bring it on: somebody is asked, and nothing runs or is timed.
    pub fn needs_a_person(&self) -> bool {
        let asked = |state: &StepState| {
            matches!(state, StepState::Asked { .. } | StepState::Paused { .. } | StepState::Doubt { .. })
        };
        let moves = |state: &StepState| {
            matches!(state, StepState::Running { .. } | StepState::Waiting { .. } | StepState::Retrying { .. })
        };
        self.open_steps().any(|(_, state)| asked(state)) && !self.open_steps().any(|(_, state)| moves(state))
    }

    /// The exit status of a command that leaves the run here: 0 done, 1 failed, 3 waiting or not over, 4 rolled back,
    /// 5 denied or cancelled, 6 in doubt.
    pub fn exit_code(&self) -> u8 {
        match self.result() {
            Some(result) => result.exit_code(),
            None if self.phase_word() == "in-doubt" => 6,
            None => 3,
        }
    }

    /// What the store keeps beside the journal.
    pub fn summary(&self) -> RunSummary {
        RunSummary {
            run: self.id,
            procedure: self.created.procedure.clone(),
            service: self.created.service.clone(),
            environment: self.created.environment.clone(),
            actor: self.created.actor.name.clone(),
            created: self.started,
            updated: self.updated,
            phase: self.phase_word().to_owned(),
            ended: self.result().is_some(),
        }
    }
}
