//! What is known of one registered release.

use callsheet_base::{Digest, Timestamp};
use callsheet_rollout::Release;
use serde::{Deserialize, Serialize};

/// One registered release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    /// As its health answer names it.
    pub version: String,
    /// Of its contents.
    pub digest: Digest,
    /// The file's or folder's own name; of an image its name without tag and digest.
    pub name: String,
    /// It is an image, which its Engine keeps: nothing of it is here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub image: bool,
    /// Bytes in its files.
    pub bytes: u64,
    /// Where it was copied from; of an image what it was asked for as.
    pub source: String,
    /// When it was registered.
    pub when: Timestamp,
    /// Who registered it.
    pub who: String,
    /// Why one cannot go back from it, in its author's words; `None` if one can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_way: Option<String>,
    /// The revisions of the schema that it runs on, as it said itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
}

impl Manifest {
    /// As a rollout knows it.
    pub fn release(&self) -> Release {
        Release { version: self.version.clone(), digest: self.digest, one_way: self.one_way.clone() }
    }
}
