//! Ids: a type for each kind of thing.

use fleet_kit::id;

id!(UserId, "user");
id!(DocumentId, "document");
id!(AttachmentId, "attachment");
id!(BeneficiaryId, "beneficiary");
id!(BudgetId, "budget");
id!(LineId, "line of a budget");
id!(CommitmentId, "commitment");
