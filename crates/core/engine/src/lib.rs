//! The run as a pure machine: apply an event, decide the effects.
