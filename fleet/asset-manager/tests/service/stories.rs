//! Universes, elements and components: the user's flows, who may do what, versions, parts of lists.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{Running, started, status_and_body};

#[tokio::test]
async fn a_story_is_told_kept_changed_and_deleted() {
    let (_folder, service) = started();
    let token = service.member("Writer").await;
    let universe =
        service.create(&token, "/api/universes", json!({"name": "Harbour", "description": "Cold.\nBright."})).await;
    let universe_path = format!("/api/universes/{}", universe["id"].as_str().unwrap());
    let element = service
        .create(&token, &format!("{universe_path}/elements"), json!({"kind": "character", "name": "The Keeper"}))
        .await;
    let element_path = format!("/api/elements/{}", element["id"].as_str().unwrap());
    let components = format!("{element_path}/components");
    service.create(&token, &components, json!({"kind": "text", "title": "Past", "text": "Long ago."})).await;
    let attributes = json!({"age": 34, "armed": true, "home": "Harbour"});
    let facts = service
        .create(&token, &components, json!({"kind": "attributes", "title": "Facts", "attributes": attributes}))
        .await;

    assert_eq!(service.read(&token, &universe_path).await["element_count"], 1);
    assert_eq!(service.read(&token, &element_path).await["component_count"], 2);
    let listed = service.read(&token, &components).await;
    assert_eq!(listed["items"][0]["text"], "Long ago.");
    assert_eq!(listed["items"][1]["attributes"], attributes);
    assert_eq!(listed["next"], Value::Null);

    let facts_path = format!("/api/components/{}", facts["id"].as_str().unwrap());
    let (status, changed) = service.send(&token, Method::PATCH, &facts_path, &json!({"attributes": {"age": 35}})).await;
    assert_eq!((status, &changed["attributes"], &changed["version"]), (200, &json!({"age": 35}), &json!(2)));
    assert_eq!(changed["title"], "Facts");

    assert_eq!(service.send(&token, Method::DELETE, &universe_path, &Value::Null).await.0, 204);
    for gone in [&universe_path, &element_path, &facts_path] {
        assert_eq!(service.send(&token, Method::GET, gone, &Value::Null).await.0, 404, "{gone}");
    }
}

#[tokio::test]
async fn private_is_unseen_and_public_is_seen_but_not_changed_by_others() {
    let (_folder, service) = started();
    let (owner, other, admin) = (service.member("Writer").await, service.member("Guest").await, service.admin().await);
    let universe = service.create(&owner, "/api/universes", json!({"name": "Mine"})).await;
    let path = format!("/api/universes/{}", universe["id"].as_str().unwrap());
    let element = service.create(&owner, &format!("{path}/elements"), json!({"kind": "prop", "name": "Key"})).await;
    let element_path = format!("/api/elements/{}", element["id"].as_str().unwrap());

    for hidden in [&path, &element_path] {
        assert_eq!(service.get(hidden).await.status(), 404, "{hidden}");
        assert_eq!(service.send(&other, Method::PATCH, hidden, &json!({"name": "x"})).await.0, 404, "{hidden}");
    }
    assert_eq!(service.read(&other, "/api/universes").await["items"], json!([]));
    assert_eq!(service.read(&admin, "/api/universes").await["items"][0]["name"], "Mine");

    assert_eq!(service.send(&owner, Method::PATCH, &path, &json!({"visibility": "public"})).await.0, 200);
    for seen in [&path, &element_path] {
        assert_eq!(service.get(seen).await.status(), 200, "{seen}");
        for method in [Method::PATCH, Method::DELETE] {
            let (status, body) = service.send(&other, method, seen, &json!({"name": "x"})).await;
            assert_eq!((status, body["type"].as_str()), (403, Some("urn:problem:forbidden")), "{seen}");
        }
    }
    let answer = service.request(Method::POST, "/api/universes").json(&json!({"name": "x"})).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert!(answer.headers().contains_key("www-authenticate"));
    assert_eq!(service.send(&admin, Method::DELETE, &path, &Value::Null).await.0, 204);
}

#[tokio::test]
async fn a_change_on_an_old_version_is_refused() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let universe = service.create(&token, "/api/universes", json!({"name": "V"})).await;
    let path = format!("/api/universes/{}", universe["id"].as_str().unwrap());
    let read = service.request(Method::GET, &path).bearer_auth(&token).send().await.unwrap();
    let etag = read.headers()["etag"].clone();
    let change = |name: &str| {
        let request = service.request(Method::PATCH, &path).bearer_auth(&token);
        request.header("if-match", &etag).json(&json!({"name": name})).send()
    };
    assert_eq!(change("first").await.unwrap().status(), 200);
    let (status, body) = status_and_body(change("second").await.unwrap()).await;
    assert_eq!((status, body["type"].as_str()), (412, Some("urn:problem:stale")));
    assert!(body["detail"].as_str().unwrap().contains("version 2"), "{body}");
    assert_eq!(service.read(&token, &path).await["name"], "first");
}

#[tokio::test]
async fn a_list_is_read_in_parts_without_gap_or_double() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let universe = service.create(&token, "/api/universes", json!({"name": "Many"})).await;
    let elements = format!("/api/universes/{}/elements", universe["id"].as_str().unwrap());
    for number in 0..7 {
        let kind = if number % 2 == 0 { "place" } else { "prop" };
        service.create(&token, &elements, json!({"kind": kind, "name": format!("E{number}")})).await;
    }
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let part = service.read(&token, &format!("{elements}?limit=3{after}")).await;
        names.extend(part["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        let Some(next) = part["next"].as_str() else {
            break;
        };
        after = format!("&after={next}");
    }
    assert_eq!(names, ["E6", "E5", "E4", "E3", "E2", "E1", "E0"]);
    assert_eq!(service.read(&token, &format!("{elements}?kind=prop")).await["items"].as_array().unwrap().len(), 3);
    for wrong in ["limit=0", "limit=101", "limit=x", "after=x", "kind=dragon", "page=2"] {
        let (status, _) = service.send(&token, Method::GET, &format!("{elements}?{wrong}"), &Value::Null).await;
        assert_eq!(status, 422, "{wrong}");
    }
}

#[tokio::test]
async fn files_in_json_are_refused_with_the_way_to_send_them() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let universe = service.create(&token, "/api/universes", json!({"name": "K"})).await;
    let elements = format!("/api/universes/{}/elements", universe["id"].as_str().unwrap());
    let element = service.create(&token, &elements, json!({"kind": "place", "name": "Quay"})).await;
    let components = format!("/api/elements/{}/components", element["id"].as_str().unwrap());
    for kind in ["image", "video", "audio", "model_3d"] {
        let (status, body) =
            service.send(&token, Method::POST, &components, &json!({"kind": kind, "title": "T"})).await;
        assert_eq!((status, body["errors"][0]["code"].as_str()), (422, Some("unavailable")), "{body}");
        assert!(body["errors"][0]["detail"].as_str().unwrap().contains("/media`"), "{body}");
    }
    let (status, body) = service.send(&token, Method::POST, &components, &json!({"kind": "poem", "title": "T"})).await;
    assert_eq!((status, body["errors"][0]["code"].as_str()), (422, Some("choice")), "{body}");
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Running::start(folder.path(), &[]);
    let token = service.admin().await;
    let made = service.create(&token, "/api/universes", json!({"name": "Kept"})).await;
    // Killed, not asked: what was answered is on disk.
    service.signal(rustix::process::Signal::KILL);
    service.ended();
    let service = Running::start(folder.path(), &[]);
    let path = format!("/api/universes/{}", made["id"].as_str().unwrap());
    assert_eq!(service.read(&token, &path).await, made);
}
