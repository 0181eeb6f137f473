//! Clients, briefs, and the wizard's six steps, left and gone on with.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{Running, brief, started};

#[tokio::test]
async fn a_client_is_created_changed_listed_and_deleted_with_all_it_has() {
    let (_folder, service) = started();
    let token = service.user("Writer").await;
    let body = json!({"name": "Ledgerly", "industry": "bookkeeping", "website": "https://ledgerly.example",
        "voice_samples": ["We keep it short.", {"label": "mail", "text": "Dear all,\nhere we go."}]});
    let client = service.create(&token, "/api/clients", body).await;
    assert_eq!(client["voice_samples"][1], json!({"label": "mail", "text": "Dear all,\nhere we go."}));
    let path = format!("/api/clients/{}", client["id"].as_str().unwrap());
    let (status, changed) =
        service.send(&token, Method::PATCH, &path, &json!({"tone": "warm", "voice_samples": ["One."]})).await;
    assert_eq!((status, &changed["tone"], &changed["version"]), (200, &json!("warm"), &json!(2)));
    assert_eq!((&changed["industry"], changed["voice_samples"].as_array().unwrap().len()), (&json!("bookkeeping"), 1));
    for number in 0..5 {
        service.create(&token, "/api/clients", json!({"name": format!("Client {number}")})).await;
    }
    let first = service.read(&token, "/api/clients?limit=4").await;
    let next = first["next"].as_str().unwrap();
    let second = service.read(&token, &format!("/api/clients?limit=4&after={next}")).await;
    assert_eq!((first["items"][0]["name"].as_str(), second["items"].as_array().unwrap().len()), (Some("Client 4"), 2));
    assert_eq!(second["next"], Value::Null);
    assert_eq!(service.send(&token, Method::DELETE, &path, &Value::Null).await.0, 204);
    assert_eq!(service.send(&token, Method::GET, &path, &Value::Null).await.0, 404);
}

async fn keep(service: &Running, token: &str, path: &str, body: Value) -> Value {
    let (status, answer) = service.send(token, Method::PATCH, path, &body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

#[tokio::test]
async fn the_wizard_is_left_and_gone_on_with() {
    let (folder, mut service) = started();
    let token = service.user("Writer").await;
    let project = service.create(&token, "/api/projects", json!({"name": "Spring"})).await;
    assert_eq!(
        (&project["status"], &project["step"], project["templates"].as_array().unwrap().len()),
        (&json!("draft"), &json!(1), 15)
    );
    let path = format!("/api/projects/{}", project["id"].as_str().unwrap());
    let client = service.create(&token, "/api/clients", json!({"name": "Ledgerly"})).await;
    keep(&service, &token, &path, json!({"step": 2, "client_id": client["id"]})).await;
    let client_path = format!("/api/clients/{}", client["id"].as_str().unwrap());
    keep(&service, &token, &client_path, json!({"voice_samples": ["Short words."]})).await;
    keep(&service, &token, &path, json!({"step": 3})).await;

    // The service is stopped in between, and started anew.
    service.stop();
    let service = Running::start(folder.path(), &[]);
    let left = service.read(&token, &path).await;
    assert_eq!((&left["step"], &left["client_name"]), (&json!(3), &json!("Ledgerly")));
    let brief = service.create(&token, &format!("{client_path}/briefs"), brief()).await;
    assert_eq!(service.read(&token, &format!("{client_path}/briefs")).await["items"][0], brief);
    let ready =
        keep(&service, &token, &path, json!({"step": 4, "brief_id": brief["id"], "platforms": ["x", "linkedin"]}))
            .await;
    assert_eq!((&ready["status"], &ready["platforms"]), (&json!("ready"), &json!(["x", "linkedin"])));

    // Two windows: the second one sees that it is late.
    let request = service.request(Method::PATCH, &path).bearer_auth(&token).header("if-match", "\"1\"");
    assert_eq!(request.json(&json!({"name": "Late"})).send().await.unwrap().status(), 409);
    for wrong in [
        json!({"step": 7}),
        json!({"step": "two"}),
        json!({"platforms": []}),
        json!({"platforms": ["x", "x"]}),
        json!({"platforms": ["fax"]}),
        json!({"templates": ["gossip"]}),
        json!({"brief_id": "01890000-0000-7000-8000-000000000000"}),
        json!({"client_id": "nobody"}),
        json!({"status": "delivered"}),
    ] {
        assert_eq!(service.send(&token, Method::PATCH, &path, &wrong).await.0, 422, "{wrong}");
    }
}

#[tokio::test]
async fn what_is_not_ready_cannot_be_written() {
    let (_folder, service) = started();
    let token = service.user("Writer").await;
    let project = service.create(&token, "/api/projects", json!({"name": "Bare"})).await;
    let body = json!({"project_id": project["id"]});
    let (status, told) = service.send(&token, Method::POST, "/api/generator/generate-all", &body).await;
    assert_eq!((status, told["type"].as_str()), (409, Some("urn:problem:conflict")), "{told}");
    let (client, project) = service.ready_project(&token).await;
    assert_ne!(client, "");
    let other = service.create(&token, "/api/clients", json!({"name": "Other"})).await;
    let body = json!({"project_id": project, "client_id": other["id"]});
    assert_eq!(service.send(&token, Method::POST, "/api/generator/generate-all", &body).await.0, 422);
}
