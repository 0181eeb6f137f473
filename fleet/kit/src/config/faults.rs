//! What is wrong with a configuration, all of it.

use std::fmt;

/// One wrong setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The setting's name, as the environment spells it.
    pub setting: String,
    /// What is wrong and what to give instead; a clause that follows the name ("is missing: …").
    pub what: String,
}

/// Every fault found, in the order the settings are read. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// The service that cannot start.
    pub service: String,
    /// One entry per fault.
    pub list: Vec<Fault>,
}

impl std::error::Error for Faults {}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.list.len();
        let noun = if count == 1 { "fault" } else { "faults" };
        writeln!(f, "error: `{}` cannot start: {count} {noun} in its configuration\n", self.service)?;
        for fault in &self.list {
            writeln!(f, "  `{}` {}", fault.setting, fault.what)?;
        }
        write!(
            f,
            "\nhint: set them in the environment or in the file that `CONFIG_FILE` names; `{} check-config` shows every setting",
            self.service
        )
    }
}
