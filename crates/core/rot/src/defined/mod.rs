//! What files of a repository define: targets, scripts, recipes, services, variables, anchors.

mod anchors;
mod cargo;
mod cases;
mod compose;
mod justfile;
mod makefile;
mod package;
mod scripts;
mod variables;

pub use anchors::{anchors, procedures};
pub use cargo::{Manifest, aliases, manifest};
pub use compose::{Compose, compose};
pub use justfile::recipes;
pub use makefile::{Makefile, makefile};
pub use package::{npm_scripts, poetry_scripts};
pub use scripts::{Script, script};
pub use variables::variables;
