//! Budgets: never negative, whatever happens at once; reconciled whole or not at all.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{Running, afm, started};

/// A budget with one line, and a beneficiary.
async fn ground(service: &Running, token: &str, planned: i64) -> (String, Value, Value) {
    let person = service.create(token, "/api/beneficiaries", json!({"name": "N", "afm": afm(1)})).await;
    let body = json!({"name": "B", "lines": [{"name": "L", "planned_cents": planned}]});
    let budget = service.create(token, "/api/budgets", body).await;
    (format!("/api/budgets/{}", budget["id"].as_str().unwrap()), budget["lines"][0]["id"].clone(), person["id"].clone())
}

#[tokio::test]
async fn a_line_is_never_overdrawn_by_many_at_once() {
    let (_place, service) = started();
    let token = service.admin().await;
    let (path, line, person) = ground(&service, &token, 1000).await;
    let commit = async || {
        let body = json!({"line_id": line, "beneficiary_id": person, "purpose": "P", "amount_cents": 300});
        service.send(&token, Method::POST, &format!("{path}/commitments"), &body).await.0
    };
    let (a, b, c, d, e) = tokio::join!(commit(), commit(), commit(), commit(), commit());
    let mut statuses = [a, b, c, d, e];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 201, 409, 409]);
    assert_eq!(service.send(&token, Method::DELETE, &path, &Value::Null).await.0, 409, "what was promised stays");
    let totals = service.read(&token, &path).await["totals"].clone();
    assert_eq!((totals["committed_cents"].as_i64(), totals["available_cents"].as_i64()), (Some(900), Some(100)));
}

#[tokio::test]
async fn a_statement_settles_all_of_its_entries_or_none() {
    let (_place, service) = started();
    let token = service.admin().await;
    let (path, line, person) = ground(&service, &token, 1000).await;
    let body = json!({"line_id": line, "beneficiary_id": person, "purpose": "P", "amount_cents": 600});
    let commitment = service.create(&token, &format!("{path}/commitments"), body).await;
    let pay = |reference: &str, cents: i64| json!({"commitment_id": commitment["id"], "amount_cents": cents, "reference": reference, "paid_on": "2026-11-02"});
    let payments = format!("{path}/payments");
    service.create(&token, &payments, pay("R-1", 200)).await;
    service.create(&token, &payments, pay("R-2", 300)).await;
    assert_eq!(service.send(&token, Method::POST, &payments, &pay("R-1", 50)).await.0, 409, "a reference is used once");
    assert_eq!(service.send(&token, Method::POST, &payments, &pay("R-3", 200)).await.0, 409, "100 are left");

    let reconcile = async |entries: Value| {
        let body = json!({"statement": "2026-11", "entries": entries});
        service.send(&token, Method::POST, &format!("{path}/reconcile"), &body).await
    };
    let first = json!({"reference": "R-1", "amount_cents": 200});
    for (second, said) in [
        (json!({"reference": "R-9", "amount_cents": 1}), "no such payment"),
        (json!({"reference": "R-2", "amount_cents": 299}), "300 cents here and of 299"),
        (first.clone(), "reconciled before"),
    ] {
        let (status, problem) = reconcile(json!([first, second])).await;
        assert!(status == 409 && problem["detail"].as_str().unwrap().contains(said), "{problem}");
        let outstanding = service.read(&token, &format!("{payments}?outstanding=true")).await;
        assert_eq!(outstanding["items"].as_array().unwrap().len(), 2, "nothing of a refused statement stays");
    }
    let (status, done) = reconcile(json!([first])).await;
    assert_eq!(
        (status, done["reconciled"].as_i64(), done["outstanding"][0]["reference"].as_str()),
        (200, Some(1), Some("R-2"))
    );
    assert!(done["budget"]["reconciled_at"].is_string());
    let trail = service.read(&token, "/api/audit?limit=1").await;
    assert_eq!(trail["items"][0]["action"], "budget.reconciled");
}
