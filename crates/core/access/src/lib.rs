//! Who acts: actors, roles, approvals, authority by level.
