//! A film from its script to the bundle.

use std::io::Read;

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{SCRIPT, started, with_film};

#[tokio::test]
async fn a_script_becomes_scenes_a_breakdown_shots_pictures_days_and_a_bundle() {
    let (_folder, service) = started();
    let (token, film, scenes) = with_film(&service).await;

    let breakdown = service.read(&token, &format!("/api/projects/{film}/breakdown")).await;
    assert_eq!(breakdown["cast"], json!([["ADA", 2], ["BO", 1]]));
    assert_eq!(breakdown["props"], json!([["BRASS BELL", 2], ["TICKET", 1]]));
    let scene = service.read(&token, &format!("/api/scenes/{}", scenes[1])).await;
    assert_eq!(scene["speakers"], json!(["BO", "ADA"]));
    assert_eq!(scene["scene"]["heading"], "INT. FERRY - NIGHT");

    let items = format!("/api/scenes/{}/items", scenes[1]);
    let lamp = json!({"kind": "prop", "name": "lamp"});
    assert_eq!(service.send(&token, Method::POST, &items, &lamp).await.0, 204);
    let shot = json!({"size": "CU", "angle": "low", "description": "The bell at dusk", "seconds": 2.5});
    let shot = service.create(&token, &format!("/api/scenes/{}/shots", scenes[0]), shot).await;
    assert_eq!((shot["seconds"].as_f64(), shot["position"].as_u64()), (Some(2.5), Some(1)));
    let board = format!("/api/shots/{}/storyboard", shot["id"].as_str().unwrap());
    let drawn = service.create(&token, &board, json!({})).await;
    assert_eq!(drawn["board"]["prompt"], "CU, The bell at dusk, EXT. QUAY - DAY");
    let picture = service.request(Method::GET, &board).bearer_auth(&token).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/png");
    let etag = picture.headers()["etag"].clone();
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG"));
    let again = service.request(Method::GET, &board).bearer_auth(&token).header("if-none-match", etag);
    assert_eq!(again.send().await.unwrap().status(), 304);

    let schedule = format!("/api/projects/{film}/schedule");
    let (status, days) = service.send(&token, Method::POST, &schedule, &json!({"start": "2026-05-07"})).await;
    assert_eq!(status, 200, "{days}");
    let planned: Vec<(&str, usize)> = days["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| (day["date"].as_str().unwrap(), day["scenes"].as_array().unwrap().len()))
        .collect();
    assert_eq!(planned, [("2026-05-07", 1), ("2026-05-08", 2)]);
    let day = json!({"call_time": "06:30", "unit_base": "Pier 2", "notes": "Bring boots."});
    let (status, _) = service.send(&token, Method::PATCH, &format!("/api/projects/{film}/days/1"), &day).await;
    assert_eq!(status, 200);

    let budget = format!("/api/projects/{film}/budget");
    service.create(&token, &budget, json!({"account": "1100", "description": "Script", "amount_cents": 500_000})).await;
    let top = service.read(&token, &budget).await;
    assert_eq!(top["top_sheet"]["total_cents"], 550_000);

    for path in ["schedule.pdf", "days/1/call-sheet.pdf", "budget.pdf"] {
        let answer = service.request(Method::GET, &format!("/api/projects/{film}/{path}")).bearer_auth(&token);
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/pdf", "{path}");
        assert!(answer.bytes().await.unwrap().starts_with(b"%PDF-"), "{path}");
    }
    let bundle = service.request(Method::GET, &format!("/api/projects/{film}/bundle.zip")).bearer_auth(&token);
    let bundle = bundle.send().await.unwrap();
    let name = bundle.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(name.contains("the-last-ferry-bundle.zip"), "{name}");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bundle.bytes().await.unwrap())).unwrap();
    let names: Vec<String> = zip.file_names().map(str::to_owned).collect();
    for wanted in [
        "script.fountain",
        "breakdown.csv",
        "shots.csv",
        "schedule.csv",
        "budget.csv",
        "schedule.pdf",
        "call-sheets/day-002.pdf",
    ] {
        assert!(names.iter().any(|name| name == wanted), "{wanted} is not in {names:?}");
    }
    assert!(names.iter().any(|name| name.starts_with("storyboard/")), "{names:?}");
    let mut table = String::new();
    zip.by_name("breakdown.csv").unwrap().read_to_string(&mut table).unwrap();
    assert!(table.contains("2,INT. FERRY - NIGHT,") && table.contains("LAMP"), "{table}");
}

#[tokio::test]
async fn scenes_stay_who_they_are_when_the_script_changes() {
    let (_folder, service) = started();
    let (token, film, scenes) = with_film(&service).await;
    let shots = format!("/api/scenes/{}/shots", scenes[1]);
    service.create(&token, &shots, json!({"size": "WS"})).await;
    let items = format!("/api/scenes/{}/items", scenes[2]);
    let (status, _) = service.send(&token, Method::POST, &items, &json!({"kind": "prop", "name": "Umbrella"})).await;
    assert_eq!(status, 204);

    // The ferry is cut, a scene comes before all others.
    let script = SCRIPT.replace("EXT. QUAY - DAY", "INT. KITCHEN - DAY\n\nTea.\n\nEXT. QUAY - DAY");
    let script = script.replace("INT. FERRY - NIGHT\n\nBO\nWho rang?\n\nADA (O.S.)\nNobody.\n\n> CUT TO:\n\n", "");
    let (status, saved) = service.save(&token, &film, &script).await;
    assert_eq!((status, saved["revision"].as_u64()), (200, Some(2)));
    let list = service.read(&token, &format!("/api/projects/{film}/scenes")).await;
    let told: Vec<(String, bool)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|scene| (scene["heading"].as_str().unwrap().to_owned(), scene["omitted"].as_bool().unwrap()))
        .collect();
    let told: Vec<(&str, bool)> = told.iter().map(|(heading, omitted)| (heading.as_str(), *omitted)).collect();
    let expected = [
        ("INT. KITCHEN - DAY", false),
        ("EXT. QUAY - DAY", false),
        ("EXT. QUAY - NIGHT", false),
        ("INT. FERRY - NIGHT", true),
    ];
    assert_eq!(told, expected);
    assert_eq!(list["items"][2]["id"].as_str(), Some(scenes[2].as_str()));
    let breakdown = service.read(&token, &format!("/api/projects/{film}/breakdown")).await;
    assert!(breakdown["props"].to_string().contains("UMBRELLA"), "{breakdown}");

    let stale = service.request(Method::PUT, &format!("/api/projects/{film}/script")).bearer_auth(&token);
    let stale =
        stale.header("content-type", "text/plain").header("if-match", "\"1\"").body(SCRIPT).send().await.unwrap();
    assert_eq!(stale.status(), 412);
    let (_, back) = service.save(&token, &film, SCRIPT).await;
    assert_eq!(back["scene_count"], 3);
    let list = service.read(&token, &format!("/api/projects/{film}/scenes")).await;
    assert_eq!(list["items"][1]["id"].as_str(), Some(scenes[1].as_str()), "the omitted scene is back");
    assert_eq!(list["items"][1]["shot_count"], 1);
}

#[tokio::test]
async fn changes_are_versioned_and_deleting_takes_everything() {
    let (_folder, service) = started();
    let (token, film, scenes) = with_film(&service).await;
    let shot = service.create(&token, &format!("/api/scenes/{}/shots", scenes[0]), json!({"size": "MS"})).await;
    let path = format!("/api/shots/{}", shot["id"].as_str().unwrap());
    let change = |version: &'static str, body: Value| {
        service.request(Method::PATCH, &path).bearer_auth(&token).header("if-match", version).json(&body).send()
    };
    assert_eq!(change("\"1\"", json!({"seconds": 4})).await.unwrap().status(), 200);
    assert_eq!(change("\"1\"", json!({"seconds": 5})).await.unwrap().status(), 412);
    assert_eq!(change("*", json!({"seconds": null, "movement": "pan"})).await.unwrap().status(), 200);
    let read = service.read(&token, &path).await;
    assert_eq!(
        (read["seconds"].is_null(), read["movement"].as_str(), read["version"].as_i64()),
        (true, Some("pan"), Some(3))
    );
    let (status, _) = service.send(&token, Method::DELETE, &format!("/api/projects/{film}"), &json!({})).await;
    assert_eq!(status, 204);
    let gone = service.request(Method::GET, &path).bearer_auth(&token).send().await.unwrap();
    assert_eq!(gone.status(), 404);
}
