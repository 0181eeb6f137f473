//! `/openapi.json` and `/docs`: the API described as OpenAPI 3.1.

use axum::Router;
use fleet_kit::openapi::{About, Operation, Query, document};
use utoipa_swagger_ui::SwaggerUi;

use super::schemas;
use crate::state::Shared;

/// Both routes.
pub(super) fn routes() -> Router<Shared> {
    let about = About {
        title: "Grants",
        description: "Grant documents, beneficiaries and budgets. The token is the session that signing in gives. Failures are RFC 9457 problems.",
        version: env!("CARGO_PKG_VERSION"),
    };
    let described = document(about, &OPERATIONS, schemas::all());
    SwaggerUi::new("/docs").external_url_unchecked("/openapi.json", described).into()
}

const PAGE: [Query; 2] = [Query::Number("limit", 1, 100), Query::Id("after")];
const SEARCH: [Query; 3] = [PAGE[0], PAGE[1], Query::Text("q", 200)];
const BENEFICIARIES: [Query; 4] = [PAGE[0], PAGE[1], Query::Text("q", 200), Query::Text("afm", 20)];
const PAYMENTS: [Query; 3] = [PAGE[0], PAGE[1], Query::Choice("outstanding", &["true", "false"])];
const AUDIT: [Query; 3] = [PAGE[0], Query::Number("after", 1, i64::MAX), Query::Id("subject")];

const DOCUMENT: &str = "/api/documents/{id}";
const BENEFICIARY: &str = "/api/beneficiaries/{id}";

const OPERATIONS: [Operation; 36] = [
    Operation::post("/api/auth/login", "login", "Sign in").open().takes("Credentials").answers("200", "SignedIn"),
    Operation::post("/api/auth/logout", "logout", "Sign out").answers_nothing(),
    Operation::get("/api/auth/me", "me", "Who one is", "User"),
    Operation::get("/api/users", "listUsers", "People who may sign in", "Users"),
    Operation::post("/api/users", "createUser", "Make a user").takes("NewUser").answers("201", "User"),
    Operation::get("/api/documents", "listDocuments", "Documents, newest first", "Documents").query(&SEARCH),
    Operation::post("/api/documents", "createDocument", "Make a document")
        .takes("NewDocument")
        .answers("201", "Document"),
    Operation::get(DOCUMENT, "readDocument", "Read a document", "Document"),
    Operation::patch(DOCUMENT, "changeDocument", "Change a document")
        .takes("DocumentChange")
        .answers("200", "Document"),
    Operation::delete(DOCUMENT, "deleteDocument", "Delete a document, its versions and attachments").conditional(),
    Operation::get("/api/documents/{id}/versions", "listVersions", "The states a document was in", "Versions"),
    Operation::get("/api/documents/{id}/versions/{number}", "readVersion", "One of them, whole", "Version"),
    Operation::get("/api/documents/{id}/pdf", "exportDocument", "The document as PDF", "")
        .answers_as("application/pdf"),
    Operation::get("/api/documents/{id}/attachments", "listAttachments", "What is attached", "Attachments"),
    Operation::post("/api/documents/{id}/attachments", "attach", "Attach a file")
        .takes_as("multipart/form-data", "Upload")
        .answers("201", "Attachment"),
    Operation::get("/api/attachments/{id}", "readAttachment", "A file's bytes", "").answers_as("*/*"),
    Operation::delete("/api/attachments/{id}", "detach", "Remove a file"),
    Operation::get("/api/beneficiaries", "listBeneficiaries", "Beneficiaries, newest first", "Beneficiaries")
        .query(&BENEFICIARIES),
    Operation::post("/api/beneficiaries", "createBeneficiary", "Make a beneficiary")
        .takes("NewBeneficiary")
        .answers("201", "Beneficiary"),
    Operation::get(BENEFICIARY, "readBeneficiary", "Read a beneficiary", "Beneficiary"),
    Operation::patch(BENEFICIARY, "changeBeneficiary", "Change a beneficiary")
        .takes("BeneficiaryChange")
        .answers("200", "Beneficiary"),
    Operation::delete(BENEFICIARY, "deleteBeneficiary", "Delete a beneficiary whom nothing names").conditional(),
    Operation::get("/api/beneficiaries/{id}/afm", "revealAfm", "The whole tax number, on the record", "Revealed"),
    Operation::get("/api/budgets", "listBudgets", "Budgets, newest first, without their lines", "Budgets").query(&PAGE),
    Operation::post("/api/budgets", "createBudget", "Make a budget").takes("NewBudget").answers("201", "Budget"),
    Operation::get("/api/budgets/{id}", "readBudget", "Read a budget", "Budget"),
    Operation::delete("/api/budgets/{id}", "deleteBudget", "Delete a budget of which no money was committed"),
    Operation::post("/api/budgets/{id}/lines", "addLine", "Add a line").takes("NewLine").answers("201", "Budget"),
    Operation::get("/api/budgets/{id}/commitments", "listCommitments", "Commitments, newest first", "Commitments")
        .query(&PAGE),
    Operation::post("/api/budgets/{id}/commitments", "commit", "Promise money of a line")
        .takes("NewCommitment")
        .answers("201", "Commitment"),
    Operation::get("/api/budgets/{id}/payments", "listPayments", "Payments, newest first", "Payments").query(&PAYMENTS),
    Operation::post("/api/budgets/{id}/payments", "pay", "Pay some of a commitment")
        .takes("NewPayment")
        .answers("201", "Payment"),
    Operation::post("/api/budgets/{id}/reconcile", "reconcile", "Settle payments that the bank's statement tells of")
        .takes("Statement")
        .answers("200", "Reconciliation"),
    Operation::get("/api/audit", "listAudit", "The audit trail, newest first", "AuditEntries").query(&AUDIT),
    Operation::get("/api/health", "health", "Whether the process answers", "Health").open(),
    Operation::get("/api/health/live", "alive", "The same", "Health").open(),
];
