//! A release: one immutable version of a service.

use callsheet_base::Digest;
use serde::{Deserialize, Serialize};

/// A version and what it is made of. Two releases of one version and different digests are different releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Release {
    /// As its health answer names it: `1.4.0`.
    pub version: String,
    /// Of the artifact (file, folder or image).
    pub digest: Digest,
    /// Why one cannot go back from it to the release before, in the author's words; `None` if one can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_way: Option<String>,
}
