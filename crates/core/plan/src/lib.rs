//! Runbook, parameters and environment become an immutable plan.
