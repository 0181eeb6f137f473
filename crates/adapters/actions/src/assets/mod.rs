//! Publishes a built front end into the folder that is served, so that pages which users have open go on working.
//!
//! Files named by their content come first, then everything else, `index.html` last; each appears whole by a rename. Files of earlier
//! builds stay for as long as open pages may ask for them. What this module did not put there it never removes. Every act says how
//! things should be, so after a crash publishing the same build again ends what was begun.

mod manifest;
mod publish;

pub use manifest::ManifestError;
pub use publish::{AssetsError, Published, publish};
