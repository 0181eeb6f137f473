//! The process that outlives us: starts steps, redacts and stores their output, records their end.
