//! Simulated clock, in-memory journal and builders for tests.
