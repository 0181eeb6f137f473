//! The pages: forms that work without scripts, refuse what was not sent from them, and show names as texts.

use reqwest::Method;
use serde_json::json;

use crate::running::{ADMIN, PASSWORD, Running, afm, started};

/// Signs in on the page; gives the cookie and the forms' token.
async fn signed_in(service: &Running) -> (String, String) {
    let form = [("email", ADMIN), ("password", PASSWORD)];
    let answer = service.request(Method::POST, "/login").form(&form).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (303, "/"));
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = service.request(Method::GET, "/").header("cookie", &cookie).send().await.unwrap().text().await.unwrap();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (cookie, csrf)
}

#[tokio::test]
async fn a_person_writes_names_pays_and_leaves() {
    let (_place, service) = started();
    assert_eq!(service.get("/documents").await.headers()["location"], "/login");
    let wrong = service.request(Method::POST, "/login").form(&[("email", ADMIN), ("password", "wrong-password")]);
    let wrong = wrong.send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    assert!(wrong.text().await.unwrap().contains("E-mail address or password is wrong."));
    let (cookie, csrf) = signed_in(&service).await;
    let post = async |path: &str, fields: &[(&str, &str)]| {
        let answer = service.request(Method::POST, path).header("cookie", &cookie).form(fields).send().await.unwrap();
        let place = answer.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
        (answer.status().as_u16(), place, answer.text().await.unwrap())
    };
    let get = async |path: &str| {
        let answer = service.request(Method::GET, path).header("cookie", &cookie).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(post("/documents", &[("csrf", "x"), ("title", "Forged")]).await.0, 403);

    let number = afm(87_654_321);
    let name = "<script>alert(1)</script>";
    assert_eq!(post("/beneficiaries", &[("csrf", &csrf), ("name", name), ("afm", "123")]).await.0, 422);
    let given = [("csrf", csrf.as_str()), ("name", name), ("afm", &number), ("email", "a@b.example"), ("phone", "1")];
    assert_eq!(post("/beneficiaries", &given).await.0, 303);
    let (_, list) = get(&format!("/beneficiaries?q={number}")).await;
    assert!(list.contains("&lt;script&gt;") && !list.contains("<script>alert") && list.contains("••••••"), "{list}");
    let id = list.split("/beneficiaries/").nth(2).map(|rest| rest[..36].to_owned()).unwrap();

    let fields =
        [("csrf", csrf.as_str()), ("title", "Grant 1"), ("body", "Text"), ("status", "draft"), ("beneficiary", &id)];
    let (status, place, _) = post("/documents", &fields).await;
    let place = place.unwrap();
    assert_eq!(status, 303);
    assert!(get(&place).await.1.contains("Grant 1"));
    let (status, _, page) = post(&format!("/beneficiaries/{id}/delete"), &[("csrf", &csrf)]).await;
    assert!(status == 409 && page.contains("Grant 1"), "{page}");
    let fields =
        [("csrf", csrf.as_str()), ("title", "Grant 2"), ("body", ""), ("status", "approved"), ("version", "9")];
    let (status, _, page) = post(&place, &fields).await;
    assert!(status == 409 && page.contains("Somebody changed the document") && page.contains("Grant 2"), "{page}");
    assert!(
        service.request(Method::GET, &format!("{place}/pdf")).header("cookie", &cookie).send().await.unwrap().status()
            == 200
    );

    let token = service.admin().await;
    let body = json!({"name": "Film year", "lines": [{"name": "Sets", "planned_cents": 100_000}]});
    let budget = service.create(&token, "/api/budgets", body).await;
    let path = format!("/budgets/{}", budget["id"].as_str().unwrap());
    let line = budget["lines"][0]["id"].as_str().unwrap();
    let fields =
        [("csrf", csrf.as_str()), ("line", line), ("beneficiary", &id), ("purpose", "Wood"), ("amount", "1,200.00")];
    let (status, _, page) = post(&format!("{path}/commit"), &fields).await;
    assert!(status == 409 && page.contains("100000 cents left"), "{page}");
    let fields =
        [("csrf", csrf.as_str()), ("line", line), ("beneficiary", &id), ("purpose", "Wood"), ("amount", "200.00")];
    assert_eq!(post(&format!("{path}/commit"), &fields).await.0, 303);
    let (_, page) = get(&path).await;
    assert!(page.contains("800.00 €") && page.contains("budget.committed"), "{page}");
    for path in ["/", "/documents", "/documents/new", "/beneficiaries", "/beneficiaries/new", "/budgets"] {
        assert_eq!(get(path).await.0, 200, "{path}");
    }
    assert_eq!(post("/logout", &[("csrf", &csrf)]).await.0, 303);
    assert_eq!(service.request(Method::GET, "/").header("cookie", &cookie).send().await.unwrap().status(), 303);
}

/// What a page is asked for, signed in by cookie.
async fn page(service: &Running, cookie: &str, path: &str) -> (u16, String) {
    let answer = service.request(Method::GET, path).header("cookie", cookie).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn whoever_a_document_names_stays_named_behind_a_hundred_newer_ones() {
    let (_place, service) = started();
    let (cookie, csrf) = signed_in(&service).await;
    let token = service.admin().await;
    let mut ids = Vec::new();
    for number in 0..103_u32 {
        let body = json!({"name": format!("Person {number:03}"), "afm": afm(20_000_000 + number)});
        ids.push(service.create(&token, "/api/beneficiaries", body).await["id"].as_str().unwrap().to_owned());
    }
    let (oldest, second) = (ids[0].as_str(), ids[1].as_str());
    let body = json!({"title": "Old grant", "beneficiary_ids": [oldest]});
    let document = service.create(&token, "/api/documents", body).await;
    let path = format!("/documents/{}", document["id"].as_str().unwrap());
    let checked = |id: &str| format!("value=\"{id}\" checked");

    let (status, form) = page(&service, &cookie, &format!("{path}/edit")).await;
    assert!(status == 200 && form.contains(&checked(oldest)), "whom the document names is not offered");
    assert!(!form.contains(second) && form.contains("There are more than these"), "{form}");

    // Looking for somebody saves nothing and loses nothing.
    let base =
        [("csrf", csrf.as_str()), ("title", "Renamed"), ("status", "draft"), ("version", "1"), ("beneficiary", oldest)];
    let post = async |more: &[(&str, &str)]| {
        let fields: Vec<(&str, &str)> = base.iter().chain(more).copied().collect();
        let answer = service.request(Method::POST, &path).header("cookie", &cookie).form(&fields).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, form) = post(&[("act", "find"), ("find", "person 001")]).await;
    assert!(status == 200 && form.contains(&checked(oldest)) && form.contains(second), "{form}");
    assert!(form.contains("value=\"Renamed\"") && !form.contains("Person 050"), "{form}");
    assert_eq!(service.read(&token, &format!("/api{path}")).await["title"], "Old grant");

    assert_eq!(post(&[("beneficiary", second)]).await.0, 303);
    let kept = service.read(&token, &format!("/api{path}")).await;
    let mut named: Vec<&str> =
        kept["beneficiary_ids"].as_array().unwrap().iter().filter_map(|id| id.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, [oldest, second], "saving the form dropped whom it did not offer");

    let body = json!({"name": "Film year", "lines": [{"name": "Sets", "planned_cents": 100_000}]});
    let budget = service.create(&token, "/api/budgets", body).await;
    let path = format!("/budgets/{}", budget["id"].as_str().unwrap());
    assert!(!page(&service, &cookie, &path).await.1.contains(oldest));
    assert!(page(&service, &cookie, &format!("{path}?find=person+000")).await.1.contains(oldest));
}

#[tokio::test]
async fn texts_that_no_database_takes_are_refused_by_pages_and_api() {
    let (_place, service) = started();
    let (cookie, _) = signed_in(&service).await;
    for path in ["/documents", "/beneficiaries", "/api/documents", "/api/beneficiaries"] {
        for words in ["%00", "a%1Bb", "x".repeat(600).as_str()] {
            assert_eq!(page(&service, &cookie, &format!("{path}?q={words}")).await.0, 422, "{path}?q={words:.9}");
        }
        assert_eq!(page(&service, &cookie, &format!("{path}?q=%C5%BC%27%25")).await.0, 200, "{path}");
    }
    let long = "x".repeat(300);
    for email in ["\0", long.as_str()] {
        let form = [("email", email), ("password", PASSWORD)];
        let answer = service.request(Method::POST, "/login").form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 422);
    }
}

#[tokio::test]
async fn answers_protect_the_browser() {
    let (_place, service) = started();
    let page = service.get("/login").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let missing = service.request(Method::GET, "/nowhere").header("accept", "text/html").send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert!(missing.text().await.unwrap().contains("There is nothing here"));
}
