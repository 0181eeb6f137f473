//! What operators see: processes, slow statements, figures.

use reqwest::Method;
use serde_json::json;

use crate::running::{started_with, with_film};

/// The date in UTC, by which figures are kept.
fn today() -> String {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

#[tokio::test]
async fn operators_see_processes_slow_statements_and_figures() {
    let began = today();
    let (_folder, service) = started_with(&[("SLOW_QUERY_MS", "0")]);
    let (member, film, _) = with_film(&service).await;
    let operator = service.operator().await;
    let refused = service.request(Method::GET, "/api/operator/processes").bearer_auth(&member).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let seen =
        service.request(Method::GET, &format!("/api/projects/{film}")).bearer_auth(&operator).send().await.unwrap();
    assert_eq!(seen.status(), 404, "an operator is on no team");

    let processes = service.read(&operator, "/api/operator/processes").await;
    assert!(processes["pool"]["most"].as_u64() == Some(10) && processes["items"].is_array(), "{processes}");
    let end = service.send(&operator, Method::DELETE, "/api/operator/processes/999999999", &json!({})).await;
    assert_eq!(end.0, 404, "{end:?}");

    let slow = service.read(&operator, "/api/operator/slow-queries").await;
    let first = &slow["items"][0];
    assert!(first["statement"].as_str().unwrap().contains("SELECT") && first["request_id"].is_string(), "{slow}");
    assert!(!slow.to_string().contains("olive@studio.example"), "parameters are shown: {slow}");
    assert!(service.log().iter().any(|line| line["message"] == "SLOW_QUERY"));

    let week = service.read(&operator, "/api/operator/figures/weekly").await;
    let amount = |name: &str| week["amounts"][name].as_i64();
    assert_eq!((amount("projects_created"), amount("scripts_saved")), (Some(1), Some(1)), "{week}");
    assert!(amount("requests").unwrap() >= 5 && week["error_rate_percent"] == 0.0, "{week}");
    // One day, or two where midnight went by meanwhile.
    let days: Vec<&str> = week["days"].as_array().unwrap().iter().filter_map(|day| day["day"].as_str()).collect();
    let possible = [began, today()];
    assert!(!days.is_empty() && days.iter().all(|day| possible.iter().any(|one| one == day)), "{week}");
    let first = service.read(&operator, &format!("/api/operator/figures/daily?day={}", days[0])).await;
    assert_eq!(first["day"], days[0], "{first}");
    assert!(first["amounts"]["requests"].as_i64() >= Some(1), "{first}");
    let none = service.read(&operator, "/api/operator/figures/daily?day=2001-02-03").await;
    assert!(none["error_rate_percent"].is_null(), "{none}");
    for wrong in ["day=yesterday", "day=2026-02-30", "month=5"] {
        let answer =
            service.request(Method::GET, &format!("/api/operator/figures/daily?{wrong}")).bearer_auth(&operator);
        assert_eq!(answer.send().await.unwrap().status(), 422, "{wrong}");
    }
}
