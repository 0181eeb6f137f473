//! Beneficiaries: who gets money.

use serde::Serialize;

use super::ids::BeneficiaryId;
use crate::afm::Afm;

/// A beneficiary; the tax number stays sealed but for its mask.
#[derive(Clone, Debug, Serialize)]
pub struct Beneficiary {
    pub id: BeneficiaryId,
    pub name: String,
    /// Masked; `GET …/afm` shows it whole, on the record.
    pub afm: String,
    #[serde(flatten)]
    pub contact: Contact,
    pub version: i64,
    pub created_at: String,
    pub updated_at: String,
}

/// How to reach somebody: what the releases differ in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Contact {
    /// The first release's.
    Together { contact: String },
    /// The second's.
    Apart { email: String, phone: String },
}

impl Contact {
    /// As one text.
    pub fn text(&self) -> String {
        match self {
            Contact::Together { contact } => contact.clone(),
            Contact::Apart { email, phone } => {
                [email, phone].into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// A beneficiary to be made.
#[derive(Clone, Debug)]
pub struct NewBeneficiary {
    pub name: String,
    pub afm: Afm,
    pub contact: Contact,
}

/// What is to be changed; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct BeneficiaryChange {
    pub name: Option<String>,
    pub afm: Option<Afm>,
    /// The whole contact in the first release.
    pub contact: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}
