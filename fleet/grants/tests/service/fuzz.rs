//! Every operation of the description, called with what its schemas allow and with what they do not.

use fleet_testkit::fuzz;
use serde_json::json;

use crate::running::{Running, afm, started};

/// Things that are there, so that calls come further than "there is no such thing".
async fn ground(service: &Running, token: &str) -> Vec<String> {
    let person = service.create(token, "/api/beneficiaries", json!({"name": "N", "afm": afm(1)})).await;
    let document =
        service.create(token, "/api/documents", json!({"title": "T", "beneficiary_ids": [person["id"]]})).await;
    let body = json!({"name": "B", "lines": [{"name": "L", "planned_cents": 900_000}]});
    let budget = service.create(token, "/api/budgets", body).await;
    let body = json!({"line_id": budget["lines"][0]["id"], "beneficiary_id": person["id"], "purpose": "P", "amount_cents": 9000});
    let path = format!("/api/budgets/{}/commitments", budget["id"].as_str().unwrap());
    let commitment = service.create(token, &path, body).await;
    let ids = [&person["id"], &document["id"], &budget["id"], &budget["lines"][0]["id"], &commitment["id"]];
    ids.into_iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn no_call_of_any_operation_fails_on_our_side() {
    let (_place, service) = started();
    let token = service.admin().await;
    let known = ground(&service, &token).await;
    let words: Vec<String> = (2..40).map(|number| afm(number * 1_234_567)).collect();
    fuzz::no_call_fails(&service, fuzz::Ground { token: &token, known: &known, words: &words, rounds: 14 }).await;
}
