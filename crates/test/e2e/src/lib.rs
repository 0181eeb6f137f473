//! Stories told with the real binary: kill -9, resume, verify.
