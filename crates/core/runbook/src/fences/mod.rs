//! What a code block is for: commands, their output, configuration, text to send.

mod acts;
mod language;
mod prompts;
mod role;

pub use acts::{FenceActs, read_acts};
pub use language::{Language, split_info};
pub use prompts::{Prompted, unprompt};
pub(crate) use role::{Judged, is_sql};
pub use role::{Role, role};
