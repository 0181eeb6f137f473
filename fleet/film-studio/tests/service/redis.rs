//! Redis as a cache: used when it is there, missed without harm when it goes.

use callsheet_servers::Redis;
use serde_json::{Value, json};

use crate::running::{started_with, with_film};

#[tokio::test]
async fn losing_redis_only_makes_it_slower() {
    let mut redis = Redis::start();
    let (_folder, service) = started_with(&[("REDIS_URL", &redis.url())]);
    let (token, film, scenes) = with_film(&service).await;
    let list = format!("/api/projects/{film}/scenes");
    let before = service.read(&token, &list).await;
    assert!(!redis.command(&["KEYS", "film-studio:scenes:*"]).trim().is_empty(), "nothing was cached");
    let hits = |metrics: &str| metrics.lines().find(|line| line.starts_with("cache_hits_total")).map(str::to_owned);
    service.read(&token, &list).await;
    let counted = hits(&service.text("/metrics").await).unwrap();
    assert!(!counted.ends_with(" 0"), "{counted}");

    redis.halt();
    assert_eq!(service.read(&token, &list).await, before);
    let health: Value = service.get("/health").await.json().await.unwrap();
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["dependencies"]["cache"]["detail"]["answers"], false);
    // A change is seen at once, cached or not.
    service.create(&token, &format!("/api/scenes/{}/shots", scenes[0]), json!({"size": "CU"})).await;
    assert_eq!(service.read(&token, &list).await["items"][0]["shot_count"], 1);
    redis.resume();
    assert_eq!(service.read(&token, &list).await["items"][0]["shot_count"], 1);
}
