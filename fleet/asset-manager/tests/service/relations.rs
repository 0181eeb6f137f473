//! Relationships between elements, and search.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{Running, started};

async fn element(service: &Running, token: &str, universe: &str, name: &str) -> String {
    let body = json!({"kind": "character", "name": name, "summary": "Somebody at the harbour."});
    let made = service.create(token, &format!("/api/universes/{universe}/elements"), body).await;
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_relationship_is_seen_from_both_ends_and_ends_with_either() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let universe = service.create(&token, "/api/universes", json!({"name": "A", "visibility": "public"})).await;
    let universe = universe["id"].as_str().unwrap();
    let (keeper, cat) =
        (element(&service, &token, universe, "Keeper").await, element(&service, &token, universe, "Cat").await);
    let components = format!("/api/elements/{keeper}/components");
    let related = |target: &str| json!({"kind": "relationship", "title": "Friend", "relationship": {"target_id": target, "relation": "looks after"}});
    let made = service.create(&token, &components, related(&cat)).await;
    assert_eq!(made["relationship"], json!({"target_id": cat, "relation": "looks after"}));
    let incoming = service.read(&token, &format!("/api/elements/{cat}/incoming")).await;
    assert_eq!(incoming["items"][0]["element_name"], "Keeper");
    assert!(service.text(&format!("/elements/{keeper}")).await.contains("looks after"));
    assert!(service.text(&format!("/elements/{cat}")).await.contains("Seen from others"));

    let elsewhere = service.create(&token, "/api/universes", json!({"name": "B"})).await;
    let stranger = element(&service, &token, elsewhere["id"].as_str().unwrap(), "Stranger").await;
    for target in [stranger.as_str(), keeper.as_str(), "01890000-0000-7000-8000-000000000000", "x"] {
        let (status, told) = service.send(&token, Method::POST, &components, &related(target)).await;
        assert_eq!(
            (status, told["errors"][0]["field"].as_str()),
            (422, Some("relationship.target_id")),
            "{target}: {told}"
        );
    }
    for wrong in [json!([]), json!({}), json!({"target_id": cat}), json!({"target_id": cat, "relation": "x", "y": 1})] {
        let body = json!({"kind": "relationship", "title": "T", "relationship": wrong});
        assert_eq!(service.send(&token, Method::POST, &components, &body).await.0, 422, "{body}");
    }
    service.send(&token, Method::DELETE, &format!("/api/elements/{cat}"), &Value::Null).await;
    assert_eq!(service.read(&token, &components).await["items"], json!([]));
}

#[tokio::test]
async fn search_finds_what_the_viewer_may_see_and_follows_changes() {
    let (_folder, service) = started();
    let (token, other) = (service.admin().await, service.member("Reader").await);
    let universe =
        service.create(&token, "/api/universes", json!({"name": "Harbour of Łódź", "description": "Fog."})).await;
    let universe = universe["id"].as_str().unwrap();
    let keeper = element(&service, &token, universe, "The Keeper").await;
    let body = json!({"kind": "text", "title": "Past", "text": "Once a whaler, then a keeper of lanterns."});
    let text = service.create(&token, &format!("/api/elements/{keeper}/components"), body).await;
    let found = async |token: &str, words: &str| -> Vec<String> {
        let answer = service.request(Method::GET, "/api/search").query(&[("q", words)]).bearer_auth(token).send().await;
        let answer: Value = answer.unwrap().json().await.unwrap();
        answer["items"].as_array().unwrap().iter().map(|item| item["thing"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(&token, "keeper").await, ["element", "component"]);
    assert_eq!(found(&token, "lanter whal").await, ["component"]);
    assert_eq!(found(&token, "HARBOUR").await, ["universe", "element"]);
    assert_eq!(found(&token, "\" OR ) NEAR( *").await, Vec::<String>::new());
    assert_eq!(found(&other, "keeper").await, Vec::<String>::new(), "a private universe is found by others");
    let change = json!({"visibility": "public"});
    service.send(&token, Method::PATCH, &format!("/api/universes/{universe}"), &change).await;
    assert_eq!(found(&other, "keeper").await.len(), 2);
    let path = format!("/api/components/{}", text["id"].as_str().unwrap());
    service.send(&token, Method::PATCH, &path, &json!({"text": "Nothing is known."})).await;
    assert_eq!(found(&token, "whaler").await, Vec::<String>::new());
    assert_eq!(found(&token, "nothing known").await, ["component"]);
    service.send(&token, Method::DELETE, &format!("/api/universes/{universe}"), &Value::Null).await;
    assert_eq!(found(&token, "keeper harbour fog").await, Vec::<String>::new());
    for wrong in [
        "/api/search",
        "/api/search?q=",
        "/api/search?q=x&limit=0",
        "/api/search?q=x&universe=y",
        "/api/search?q=x&z=1",
    ] {
        assert_eq!(service.get(wrong).await.status(), 422, "{wrong}");
    }
}
