//! The pages: what visitors and teams see, that they are sound HTML without scripts, and that a browser likes them.

use reqwest::Method;
use serde_json::json;

use crate::running::{OPERATOR, PASSWORD, Running, started, with_film};

async fn session(service: &Running, email: &str) -> String {
    let form = [("email", email), ("password", PASSWORD)];
    let answer = service.request(Method::POST, "/login").form(&form).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (303, &"/films".parse().unwrap()));
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn every_page_of_a_film_renders() {
    let (_folder, service) = started();
    let (token, film, scenes) = with_film(&service).await;
    let shot = json!({"size": "CU", "description": "The bell", "seconds": 2.5});
    let shot = service.create(&token, &format!("/api/scenes/{}/shots", scenes[0]), shot).await;
    service.create(&token, &format!("/api/shots/{}/storyboard", shot["id"].as_str().unwrap()), json!({})).await;
    let schedule = format!("/api/projects/{film}/schedule");
    service.send(&token, Method::POST, &schedule, &json!({"start": "2026-05-07"})).await;
    let cookie = session(&service, "olive@studio.example").await;
    let pages = [
        ("/films".to_owned(), vec!["<h1>Films</h1>", "The Last Ferry", "3 scenes", "Begin a film"]),
        (
            format!("/films/{film}"),
            vec!["<h1>The Last Ferry</h1>", "EXT. QUAY - DAY", "class=\"dialogue\">Once more.", "1 shot<"],
        ),
        (format!("/films/{film}/breakdown"), vec!["BRASS BELL", "ADA", "The ferry is late."]),
        (format!("/films/{film}/storyboard"), vec!["/storyboard\" alt=\"CU, The bell", "2.5 s"]),
        (format!("/films/{film}/schedule"), vec!["Day 1", "2026-05-07", "call-sheet.pdf", "strip night int"]),
        (format!("/films/{film}/budget"), vec!["Top sheet", "Contingency 10 %"]),
    ];
    for (path, words) in pages {
        let answer = service.request(Method::GET, &path).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
            (200, "text/html; charset=utf-8")
        );
        assert!(answer.headers().contains_key("content-security-policy"));
        let page = answer.text().await.unwrap();
        for word in words {
            assert!(page.contains(word), "{path} lacks {word}:\n{page}");
        }
        assert_eq!(page.matches("<h1").count(), 1, "{path}");
        assert!(!page.contains("<script") && !page.contains("style=\""), "{path}");
    }
    let away = service.get(&format!("/films/{film}")).await;
    assert_eq!((away.status().as_u16(), &away.headers()["location"]), (303, &"/login".parse().unwrap()));
    let missing = service.request(Method::GET, "/nowhere").header("accept", "text/html").send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert!(missing.text().await.unwrap().contains("There is nothing here"));
}

#[tokio::test]
async fn films_and_scripts_are_made_on_the_pages_but_not_from_other_sites() {
    let (_folder, service) = started();
    let cookie = session(&service, OPERATOR).await;
    let form = [("title", "Harbour Lights"), ("logline", ""), ("currency", "PLN")];
    let post = |path: &str, origin: Option<&str>| {
        let request = service.request(Method::POST, path).header("cookie", &cookie);
        match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        }
    };
    let other = post("/films", Some("https://elsewhere.example")).form(&form).send().await.unwrap();
    assert_eq!(other.status(), 403);
    let made = post("/films", Some(&service.url)).form(&form).send().await.unwrap();
    let film = made.headers()["location"].to_str().unwrap().to_owned();
    let first = [("script", "INT. HALL - DAY\r\n\r\nDust."), ("revision", "0")];
    let saved = post(&format!("{film}/script"), None).form(&first).send().await.unwrap();
    assert_eq!(saved.status(), 303);
    let page =
        service.request(Method::GET, &film).header("cookie", &cookie).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("INT. HALL - DAY") && page.contains("Dust.") && page.contains("revision 1"), "{page}");
    // The cookie opens reading through the API, never writing.
    let api = film.replace("/films/", "/api/projects/");
    let read = service.request(Method::GET, &api).header("cookie", &cookie).send().await.unwrap();
    let write = service.request(Method::DELETE, &api).header("cookie", &cookie).send().await.unwrap();
    assert_eq!((read.status().as_u16(), write.status().as_u16()), (200, 401));
}

#[tokio::test]
async fn shots_days_and_lines_are_worked_on_by_forms() {
    let (_folder, service) = started();
    let (token, film, scenes) = with_film(&service).await;
    let cookie = session(&service, "olive@studio.example").await;
    let post = async |path: String, form: &[(&str, &str)]| {
        let request = service.request(Method::POST, &path).header("cookie", &cookie).form(form);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let page = async |path: &str| {
        let request = service.request(Method::GET, &format!("/films/{film}{path}")).header("cookie", &cookie);
        request.send().await.unwrap().text().await.unwrap()
    };

    let shots = format!("/films/{film}/scenes/{}/shots", scenes[0]);
    let shot = |seconds| {
        [("size", "CU"), ("angle", "low"), ("movement", "pan"), ("description", "The bell"), ("seconds", seconds)]
    };
    assert_eq!(post(shots.clone(), &shot("2,5")).await.0, 303);
    let (status, told) = post(shots.clone(), &shot("soon")).await;
    assert!(status == 422 && told.contains("seconds"), "{status} {told}");
    let list = service.read(&token, &format!("/api/projects/{film}/shots")).await;
    assert_eq!(
        (list["items"].as_array().unwrap().len(), list["items"][0]["seconds"].as_f64()),
        (1, Some(2.5)),
        "{list}"
    );
    let id = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(post(format!("/films/{film}/shots/{id}/board"), &[]).await.0, 303);
    let board = page("/storyboard").await;
    assert!(
        board.contains("alt=\"CU, The bell") && board.contains("Draw again") && board.contains("Add a shot"),
        "{board}"
    );
    assert_eq!(post(format!("/films/{film}/shots/{id}/remove"), &[]).await.0, 303);
    assert!(!page("/storyboard").await.contains("The bell"));

    let schedule = format!("/films/{film}/schedule");
    assert_eq!(post(schedule.clone(), &[("start", "2026-05-07"), ("pages", "0")]).await.0, 400);
    assert_eq!(post(schedule, &[("start", "2026-05-07"), ("pages", "4")]).await.0, 303);
    let days = service.read(&token, &format!("/api/projects/{film}/schedule")).await;
    let version = days["days"][0]["version"].to_string();
    let change = |version| {
        [
            ("version", version),
            ("date", "2026-05-08"),
            ("call_time", "05:45"),
            ("unit_base", "Pier 3"),
            ("notes", "Tide at six"),
        ]
    };
    let day = format!("/films/{film}/days/1");
    assert_eq!(post(day.clone(), &change(&version)).await.0, 303);
    let shown = page("/schedule").await;
    assert!(shown.contains("2026-05-08") && shown.contains("call 05:45") && shown.contains("Tide at six"), "{shown}");
    assert_eq!(post(day, &change(&version)).await.0, 412, "who was quicker is overwritten");

    let budget = format!("/films/{film}/budget");
    let line = |amount| [("account", "2100"), ("description", "Boat hire"), ("amount", amount)];
    assert_eq!(post(budget.clone(), &line("a lot")).await.0, 400);
    assert_eq!(post(budget.clone(), &line("1250.50")).await.0, 303);
    let shown = page("/budget").await;
    assert!(shown.contains("Boat hire") && shown.contains("1\u{a0}250.50"), "{shown}");
    let kept = service.read(&token, &format!("/api/projects/{film}/budget")).await;
    let id = kept["lines"][0]["id"].as_str().unwrap();
    assert_eq!(post(format!("{budget}/{id}/remove"), &[]).await.0, 303);
    assert!(!page("/budget").await.contains("Boat hire"));

    // Who only looks is shown no form, and none of theirs is taken; another site's forms are not, either.
    let viewer = service.member("Vera").await;
    let seat = json!({"email": "vera@studio.example", "role": "viewer"});
    service.send(&token, Method::POST, &format!("/api/projects/{film}/team"), &seat).await;
    let theirs = session(&service, "vera@studio.example").await;
    let look = service.request(Method::GET, &budget).header("cookie", &theirs).send().await.unwrap();
    let look = look.text().await.unwrap();
    assert!(look.contains("Top sheet") && !look.contains("Add a line"), "{viewer}: {look}");
    let refused =
        service.request(Method::POST, &budget).header("cookie", &theirs).form(&line("1")).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let elsewhere = service.request(Method::POST, &budget).header("cookie", &cookie);
    let elsewhere = elsewhere.header("origin", "https://elsewhere.example").form(&line("1")).send().await.unwrap();
    assert_eq!(elsewhere.status(), 403);
}

#[tokio::test]
async fn of_two_who_edit_a_script_the_second_keeps_the_text_and_overwrites_nothing() {
    let (_folder, service) = started();
    let (token, film, _) = with_film(&service).await;
    let cookie = session(&service, "olive@studio.example").await;
    let path = format!("/films/{film}");
    let page =
        service.request(Method::GET, &path).header("cookie", &cookie).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("name=\"revision\" value=\"1\""), "{page}");
    assert_eq!(service.save(&token, &film, "INT. OFFICE - DAY\n\nThe first one's work.").await.0, 200);

    let late = [("script", "INT. CELLAR - DAY\r\n\r\nThe second one's work."), ("revision", "1")];
    let request = service.request(Method::POST, &format!("{path}/script")).header("cookie", &cookie).form(&late);
    let refused = request.send().await.unwrap();
    assert_eq!(refused.status(), 409);
    let page = refused.text().await.unwrap();
    let told = page.contains("Somebody saved revision 2 while you wrote.");
    assert!(told && page.contains("The second one&#x27;s work.") && page.contains("value=\"1\""), "{page}");
    let kept = service.request(Method::GET, &format!("/api/projects/{film}/script")).bearer_auth(&token).send().await;
    assert!(kept.unwrap().text().await.unwrap().contains("The first one's work."));
}
