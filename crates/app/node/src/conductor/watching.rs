//! Who asks stores of metrics while a rollout is under way.

use callsheet_rollout::Sight;

/// Asks in its own time; dropped, it stops.
pub trait Watch: Send {
    /// What was seen last of each condition, in their order; `None`: nobody has looked yet. Does not block.
    fn seen(&self) -> Vec<Option<Sight>>;
}
