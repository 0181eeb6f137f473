//! The shapes that the API's description names.

use fleet_kit::openapi::{bounded, closed, count, id, list_of, named, nullable_text, object, text, time, whole};
use serde_json::{Value, json};

use crate::grant::{CENTS_MOST, ROLES, STATUSES};

/// Every schema by name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("Upload", upload()),
        ("Health", object(&["status", "version"], &[("status", text()), ("version", text())])),
    ];
    for (list, item) in [("Users", "User"), ("Versions", "Version"), ("Attachments", "Attachment")] {
        all.push((list, whole(&[("items", list_of(item))])));
    }
    let paged = [
        ("Documents", "Document"),
        ("Beneficiaries", "Beneficiary"),
        ("Budgets", "Budget"),
        ("Commitments", "Commitment"),
        ("Payments", "Payment"),
        ("AuditEntries", "AuditEntry"),
    ];
    for (list, item) in paged {
        all.push((list, whole(&[("items", list_of(item)), ("next", nullable_text())])));
    }
    all.extend(people());
    all.extend(documents());
    all.extend(beneficiaries());
    all.extend(money());
    all
}

fn upload() -> Value {
    closed(&["file"], &[("file", json!({"type": "string", "format": "binary"}))])
}

fn cents(least: i64) -> Value {
    json!({"type": "integer", "minimum": least, "maximum": CENTS_MOST})
}

fn ids() -> Value {
    json!({"type": "array", "items": id(), "maxItems": 100})
}

fn people() -> Vec<(&'static str, Value)> {
    let user =
        [("id", id()), ("email", text()), ("name", text()), ("role", json!({"enum": ROLES})), ("created_at", time())];
    let signed_in = [
        ("access_token", text()),
        ("token_type", text()),
        ("expires_in", count()),
        ("csrf_token", text()),
        ("user", named("User")),
    ];
    let new = [
        ("email", bounded(3, 254)),
        ("name", bounded(1, 80)),
        ("role", json!({"enum": ROLES})),
        ("password", bounded(10, 200)),
    ];
    vec![
        ("User", whole(&user)),
        ("SignedIn", whole(&signed_in)),
        ("Credentials", closed(&["email", "password"], &[("email", bounded(1, 254)), ("password", bounded(1, 200))])),
        ("NewUser", closed(&["email", "name", "role", "password"], &new)),
        (
            "AuditEntry",
            whole(&[
                ("id", count()),
                ("at", time()),
                ("user_name", text()),
                ("action", text()),
                ("subject_kind", text()),
                ("subject_id", id()),
                ("detail", json!({})),
            ]),
        ),
    ]
}

fn documents() -> Vec<(&'static str, Value)> {
    let status = json!({"enum": STATUSES});
    let writable = [
        ("title", bounded(1, 200)),
        ("body", bounded(0, 200_000)),
        ("status", status.clone()),
        ("beneficiary_ids", ids()),
    ];
    let document = [
        ("id", id()),
        ("title", text()),
        ("body", text()),
        ("status", status.clone()),
        ("beneficiary_ids", ids()),
        ("attachment_count", count()),
        ("version", count()),
        ("created_by", id()),
        ("updated_by", id()),
        ("updated_by_name", text()),
        ("created_at", time()),
        ("updated_at", time()),
    ];
    let version = [
        ("version", count()),
        ("title", text()),
        ("body", text()),
        ("status", status),
        ("changed_by_name", text()),
        ("changed_at", time()),
    ];
    let attachment = [
        ("id", id()),
        ("document_id", id()),
        ("file_name", text()),
        ("media_type", text()),
        ("size_bytes", count()),
        ("sha256", text()),
        ("created_at", time()),
    ];
    vec![
        ("NewDocument", closed(&["title"], &writable)),
        ("DocumentChange", closed(&[], &writable)),
        ("Document", whole(&document)),
        ("Version", whole(&version)),
        ("Attachment", whole(&attachment)),
    ]
}

fn beneficiaries() -> Vec<(&'static str, Value)> {
    // Release 1 has `contact` in place of `email` and `phone`.
    let writable =
        [("name", bounded(1, 200)), ("afm", bounded(1, 20)), ("email", bounded(0, 200)), ("phone", bounded(0, 200))];
    let beneficiary = [
        ("id", id()),
        ("name", text()),
        ("afm", text()),
        ("email", text()),
        ("phone", text()),
        ("version", count()),
        ("created_at", time()),
        ("updated_at", time()),
    ];
    vec![
        ("NewBeneficiary", closed(&["name", "afm"], &writable)),
        ("BeneficiaryChange", closed(&[], &writable)),
        ("Beneficiary", whole(&beneficiary)),
        ("Revealed", whole(&[("id", id()), ("afm", text())])),
    ]
}

fn money() -> Vec<(&'static str, Value)> {
    let new_line = closed(&["name", "planned_cents"], &[("name", bounded(1, 120)), ("planned_cents", cents(0))]);
    let sums = [
        ("planned_cents", count()),
        ("committed_cents", count()),
        ("paid_cents", count()),
        ("available_cents", count()),
    ];
    let line: Vec<(&str, Value)> = [("id", id()), ("name", text())].into_iter().chain(sums.clone()).collect();
    let budget = [
        ("id", id()),
        ("name", text()),
        ("sequence", count()),
        ("totals", named("Totals")),
        ("lines", list_of("Line")),
        ("reconciled_at", nullable_text()),
        ("created_at", time()),
    ];
    let commitment = [
        ("id", id()),
        ("line_id", id()),
        ("line_name", text()),
        ("beneficiary_id", id()),
        ("beneficiary_name", text()),
        ("document_id", nullable_text()),
        ("purpose", text()),
        ("amount_cents", count()),
        ("paid_cents", count()),
        ("created_at", time()),
    ];
    let payment = [
        ("id", id()),
        ("commitment_id", id()),
        ("beneficiary_name", text()),
        ("amount_cents", count()),
        ("reference", text()),
        ("paid_on", json!({"type": "string", "format": "date"})),
        ("reconciled_at", nullable_text()),
        ("created_at", time()),
    ];
    vec![
        ("Totals", whole(&sums)),
        ("Line", whole(&line)),
        ("Budget", whole(&budget)),
        ("NewLine", new_line.clone()),
        (
            "NewBudget",
            closed(
                &["name"],
                &[("name", bounded(1, 120)), ("lines", json!({"type": "array", "items": new_line, "maxItems": 200}))],
            ),
        ),
        ("Commitment", whole(&commitment)),
        (
            "NewCommitment",
            closed(
                &["line_id", "beneficiary_id", "purpose", "amount_cents"],
                &[
                    ("line_id", id()),
                    ("beneficiary_id", id()),
                    ("document_id", json!({"type": ["string", "null"], "format": "uuid"})),
                    ("purpose", bounded(1, 200)),
                    ("amount_cents", cents(1)),
                ],
            ),
        ),
        ("Payment", whole(&payment)),
        (
            "NewPayment",
            closed(
                &["commitment_id", "amount_cents", "reference", "paid_on"],
                &[
                    ("commitment_id", id()),
                    ("amount_cents", cents(1)),
                    ("reference", bounded(1, 64)),
                    ("paid_on", json!({"type": "string", "format": "date"})),
                ],
            ),
        ),
        (
            "Statement",
            closed(
                &["statement", "entries"],
                &[
                    ("statement", bounded(1, 80)),
                    ("entries", json!({"type": "array", "items": entry(), "maxItems": 1000})),
                ],
            ),
        ),
        (
            "Reconciliation",
            whole(&[("reconciled", count()), ("outstanding", list_of("Payment")), ("budget", named("Budget"))]),
        ),
    ]
}

fn entry() -> Value {
    closed(&["reference", "amount_cents"], &[("reference", bounded(1, 64)), ("amount_cents", cents(1))])
}
