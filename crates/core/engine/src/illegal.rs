//! What cannot happen: an event that the run's state has no place for.

use callsheet_plan::StepIndex;

/// An event that is impossible in the state the run is in. Live, it is a fault of ours; in replay, a journal that lies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllegalEvent {
    /// The run as a whole has no place for it.
    #[error("`{event}` cannot follow: the run is {phase}")]
    Run {
        /// The event's tag.
        event: &'static str,
        /// The phase's word.
        phase: &'static str,
    },
    /// The step has no place for it.
    #[error("`{event}` cannot follow: {step} is {state}")]
    Step {
        /// The event's tag.
        event: &'static str,
        /// The step.
        step: StepIndex,
        /// The state's word.
        state: &'static str,
    },
    /// The step is not among the open ones.
    #[error("`{event}` cannot follow: {step} is not open")]
    NotOpen {
        /// The event's tag.
        event: &'static str,
        /// The step.
        step: StepIndex,
    },
}
