//! Budgets live: every instance tells every watcher, in order, without gaps; a drain says goodbye.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::running::{Place, Running};

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn watch(service: &Running, token: &str, budget: &str, after: &str) -> Socket {
    let url = format!("ws://127.0.0.1:{}/api/budgets/{budget}/events{after}", service.port);
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    tokio_tungstenite::connect_async(request).await.unwrap().0
}

async fn next(socket: &mut Socket) -> Value {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(10), socket.next()).await.expect("an event in time");
        match message.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Close(frame) => return json!({"close": frame.map(|frame| u16::from(frame.code))}),
            _ => {}
        }
    }
}

async fn add_line(service: &Running, token: &str, budget: &str) {
    service.create(token, &format!("/api/budgets/{budget}/lines"), json!({"name": "L", "planned_cents": 100})).await;
}

#[tokio::test]
async fn watchers_of_every_instance_get_every_event_in_order() {
    let place = Place::migrated();
    let (one, mut other) = (place.start(&[]), place.start(&[]));
    let token = one.admin().await;
    let budget = one.create(&token, "/api/budgets", json!({"name": "B"})).await["id"].as_str().unwrap().to_owned();
    let mut here = watch(&one, &token, &budget, "").await;
    let mut there = watch(&other, &token, &budget, "?after=0").await;
    assert_eq!(next(&mut there).await["kind"], "budget.created", "what was before comes first");
    for number in 2..=6 {
        add_line(if number % 2 == 0 { &one } else { &other }, &token, &budget).await;
        for socket in [&mut here, &mut there] {
            let event = next(socket).await;
            assert_eq!((event["sequence"].as_i64(), event["kind"].as_str()), (Some(number), Some("budget.line-added")));
            assert_eq!(event["totals"]["planned_cents"], (number - 1) * 100);
        }
    }
    // A drain says goodbye, and the process ends well without waiting for the watcher's patience.
    other.signal(rustix::process::Signal::TERM);
    assert_eq!(next(&mut there).await["close"], 1001);
    drop(there);
    assert!(other.ended().success(), "{}", other.said());
    add_line(&one, &token, &budget).await;
    assert_eq!(next(&mut here).await["sequence"], 7, "others are not disturbed");
}

#[tokio::test]
async fn what_redis_could_not_tell_is_caught_up_with() {
    let place = Place::migrated();
    let service = place.start(&[]);
    let token = service.admin().await;
    let budget = service.create(&token, "/api/budgets", json!({"name": "B"})).await["id"].as_str().unwrap().to_owned();
    let mut socket = watch(&service, &token, &budget, "").await;
    // An event whose message never went out: written by somebody who died right after the commit.
    let sql = format!(
        "UPDATE budgets SET sequence = 2 WHERE id = '{budget}';
         INSERT INTO budget_events SELECT budget_id, 2, jsonb_set(body, '{{sequence}}', '2') FROM budget_events
         WHERE budget_id = '{budget}' AND sequence = 1"
    );
    let done = std::process::Command::new("psql").args([&place.database, "-qc", &sql]).status().unwrap();
    assert!(done.success());
    add_line(&service, &token, &budget).await;
    assert_eq!(next(&mut socket).await["sequence"], 2);
    assert_eq!(next(&mut socket).await["sequence"], 3);
}

#[tokio::test]
async fn strangers_and_other_sites_do_not_watch() {
    let place = Place::migrated();
    let service = place.start(&[]);
    let token = service.admin().await;
    let budget = service.create(&token, "/api/budgets", json!({"name": "B"})).await["id"].as_str().unwrap().to_owned();
    let url = format!("ws://127.0.0.1:{}/api/budgets/{budget}/events", service.port);
    assert!(tokio_tungstenite::connect_async(&url).await.unwrap_err().to_string().contains("401"));
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request.headers_mut().insert("origin", "https://elsewhere.example".parse().unwrap());
    assert!(tokio_tungstenite::connect_async(request).await.unwrap_err().to_string().contains("403"));
}
