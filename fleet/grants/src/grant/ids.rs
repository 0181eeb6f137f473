//! Ids: a type for each kind of thing, all UUIDv7.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($name:ident, $what:literal) => {
        #[doc = concat!("Names one ", $what, ".")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub struct $name(Uuid);

        impl $name {
            /// A new one; later ones sort after earlier ones.
            pub fn fresh() -> $name {
                $name(Uuid::now_v7())
            }

            /// As databases with a type for it keep it.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> $name {
                $name(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<$name, uuid::Error> {
                text.parse().map($name)
            }
        }
    };
}

id!(UserId, "user");
id!(DocumentId, "document");
id!(AttachmentId, "attachment");
id!(BeneficiaryId, "beneficiary");
id!(BudgetId, "budget");
id!(LineId, "line of a budget");
id!(CommitmentId, "commitment");
