//! One suite per trait: every implementation passes the same proofs.
