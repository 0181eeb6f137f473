//! The pages: what visitors and signed-in people see, and that they are sound HTML without scripts.

use reqwest::Method;
use serde_json::json;

use crate::running::{ADMIN, PASSWORD, started};

#[tokio::test]
async fn home_list_universe_and_element_render() {
    let (_folder, service) = started();
    let token = service.admin().await;
    let body = json!({"name": "Harbour of Glass", "description": "A city on ice.", "visibility": "public"});
    let universe = service.create(&token, "/api/universes", body).await;
    let id = universe["id"].as_str().unwrap();
    let body = json!({"kind": "character", "name": "The Keeper", "summary": "Keeper of the light."});
    let element = service.create(&token, &format!("/api/universes/{id}/elements"), body).await;
    let element_id = element["id"].as_str().unwrap();
    let components = format!("/api/elements/{element_id}/components");
    service.create(&token, &components, json!({"kind": "text", "title": "Past", "text": "One.\n\nTwo <b>."})).await;
    service
        .create(&token, &components, json!({"kind": "attributes", "title": "Facts", "attributes": {"armed": true}}))
        .await;

    for (path, words) in [
        ("/", &["<h1>Every world, one place.</h1>", "Harbour of Glass", "Sign in"][..]),
        ("/universes", &["<h1>Universes</h1>", "A city on ice.", "1 element<"]),
        (&format!("/universes/{id}"), &["<h1>Harbour of Glass</h1>", ">Characters</h2>", "The Keeper", "2 components"]),
        (
            &format!("/elements/{element_id}"),
            &["<h1>The Keeper</h1>", "Two &lt;b&gt;.", "<dt>armed</dt><dd>yes</dd>", ">Past</h2>"],
        ),
    ] {
        let answer = service.get(path).await;
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
            (200, "text/html; charset=utf-8")
        );
        let page = answer.text().await.unwrap();
        for word in words {
            assert!(page.contains(word), "{path} lacks {word}:\n{page}");
        }
        assert_eq!(page.matches("<h1>").count(), 1, "{path}");
        assert!(
            page.starts_with("<!doctype html>\n<html lang=\"en\">") && page.contains("name=\"viewport\""),
            "{path}"
        );
        assert!(!page.contains("<script") && !page.contains("//cdn") && !page.contains("style="), "{path}");
    }
    assert_eq!(service.get("/assets/icon.svg").await.headers()["content-type"], "image/svg+xml");
    assert_eq!(service.get("/assets/style.css").await.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn a_cookie_shows_what_is_private_until_signed_out() {
    let (_folder, service) = started();
    let token = service.admin().await;
    service.create(&token, "/api/universes", json!({"name": "Hidden Depths"})).await;
    assert!(!service.text("/universes").await.contains("Hidden Depths"));

    let form = [("email", ADMIN), ("password", PASSWORD)];
    let answer = service.request(Method::POST, "/login").form(&form).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (303, &"/universes".parse().unwrap()));
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let session = cookie.split(';').next().unwrap();
    let page =
        service.request(Method::GET, "/universes").header("cookie", format!("a=b; {session}")).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("Hidden Depths") && page.contains("Sign out") && page.contains("private"));
    // The API does not take the cookie: another site's form cannot act through it.
    let answer = service.request(Method::GET, "/api/auth/me").header("cookie", session).send().await.unwrap();
    assert_eq!(answer.status(), 401);

    let answer = service.request(Method::POST, "/logout").header("cookie", session).send().await.unwrap();
    assert!(answer.headers()["set-cookie"].to_str().unwrap().starts_with("session=; Path=/; Max-Age=0"));
}

#[tokio::test]
async fn a_wrong_password_keeps_the_address_and_says_so() {
    let (_folder, service) = started();
    let form = [("email", "\"><script>x"), ("password", "wrong")];
    let answer = service.request(Method::POST, "/login").form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let page = answer.text().await.unwrap();
    assert!(page.contains("role=\"alert\"") && !page.contains("<script>"), "{page}");
    let answer = service
        .request(Method::POST, "/login")
        .header("origin", "https://evil.example")
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    let answer = service.request(Method::POST, "/login").body("nonsense").send().await.unwrap();
    assert_eq!(answer.status(), 415);
}

#[tokio::test]
async fn missing_pages_are_pages() {
    let (_folder, service) = started();
    for path in ["/nowhere", "/universes/01890000-0000-7000-8000-000000000000", "/elements/x"] {
        let answer = service.request(Method::GET, path).header("accept", "text/html").send().await.unwrap();
        assert_eq!(answer.status(), 404);
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("There is nothing here") && page.contains("<p>There is no such ") && page.contains(&id),
            "{page}"
        );
    }
}
