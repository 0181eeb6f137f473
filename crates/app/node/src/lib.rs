//! Runs procedures: the event loop, leases, timers, and the performing of effects.
