//! Every operation of the description, called with what its schemas allow and with what they do not.

use fleet_testkit::fuzz;
use serde_json::{Value, json};

use crate::running::{Running, started};

/// Things that are there, so that calls come further than "there is no such thing".
async fn ground(service: &Running, token: &str) -> Vec<String> {
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    let universe = id(&service.create(token, "/api/universes", json!({"name": "U", "visibility": "public"})).await);
    let elements = format!("/api/universes/{universe}/elements");
    let mut known = vec![universe.clone()];
    for (kind, name) in [("place", "Quay"), ("character", "Keeper")] {
        let element = id(&service.create(token, &elements, json!({"kind": kind, "name": name})).await);
        let body = json!({"kind": "text", "title": "T", "text": "words"});
        known.push(id(&service.create(token, &format!("/api/elements/{element}/components"), body).await));
        known.push(element);
    }
    known
}

#[tokio::test]
async fn no_call_of_any_operation_fails_on_our_side() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let known = ground(&service, &token).await;
    fuzz::no_call_fails(&service, fuzz::Ground { token: &token, known: &known, words: &[], rounds: 12 }).await;
}
