//! The journal's record envelope, its hash chain, and the traits of a store.
