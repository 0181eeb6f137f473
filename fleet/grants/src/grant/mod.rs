//! The words of the service: people, documents, beneficiaries, budgets.

mod beneficiary;
mod budget;
mod document;
mod ids;
mod user;

pub use beneficiary::{Beneficiary, BeneficiaryChange, Contact, NewBeneficiary};
pub use budget::{
    Budget, CENTS_MOST, Commitment, Line, NewCommitment, NewPayment, Payment, Reconciliation, StatementEntry, Totals,
    euros,
};
pub use document::{Attachment, Document, DocumentChange, NewDocument, STATUSES, Version};
pub use ids::{AttachmentId, BeneficiaryId, BudgetId, CommitmentId, DocumentId, LineId, UserId};
pub use user::{NewUser, ROLES, Role, User};
