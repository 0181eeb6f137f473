//! The two releases on one database: through the change of the schema and back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{FIRST, Place, SECOND, afm};

#[tokio::test]
async fn both_releases_work_on_the_expanded_schema_and_see_what_the_other_wrote() {
    let place = Place::empty();
    place.run(FIRST, &["migrate", "up"], &[]);
    let first = place.start_release(FIRST, &[]);
    let token = first.admin().await;
    let old = json!({"name": "Old", "afm": afm(1), "contact": "mail@old.example, 210 1"});
    let old = first.create(&token, "/api/beneficiaries", old).await;
    assert_eq!(old["contact"], "mail@old.example, 210 1");
    let refused = place.output(SECOND, &["serve"], &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("at revision 4, and this release needs 5"));

    place.run(SECOND, &["migrate", "up"], &[]);
    let second = place.start(&[]);
    let path = format!("/api/beneficiaries/{}", old["id"].as_str().unwrap());
    let seen = second.read(&token, &path).await;
    assert_eq!((seen["email"].as_str(), seen["phone"].as_str()), (Some("mail@old.example"), Some("210 1")));
    second.send(&token, Method::PATCH, &path, &json!({"phone": "210 2"})).await;
    assert_eq!(first.read(&token, &path).await["contact"], "mail@old.example, 210 2");
    first.send(&token, Method::PATCH, &path, &json!({"contact": "new@old.example"})).await;
    let seen = second.read(&token, &path).await;
    assert_eq!((seen["email"].as_str(), seen["phone"].as_str()), (Some("new@old.example"), Some("")));
    let made = json!({"name": "New", "afm": afm(2), "email": "n@new.example", "phone": "3"});
    let made = second.create(&token, "/api/beneficiaries", made).await;
    let path = format!("/api/beneficiaries/{}", made["id"].as_str().unwrap());
    assert_eq!(first.read(&token, &path).await["contact"], "n@new.example, 3");
    // A session of the one is a session of the other.
    assert_eq!(first.send(&token, Method::GET, "/api/auth/me", &Value::Null).await.0, 200);
}

#[tokio::test]
async fn after_the_contract_only_the_second_starts_until_it_is_undone() {
    let place = Place::migrated();
    let second = place.start(&[]);
    let token = second.admin().await;
    let made = json!({"name": "N", "afm": afm(2), "email": "n@new.example", "phone": "3"});
    let made = second.create(&token, "/api/beneficiaries", made).await;
    let path = format!("/api/beneficiaries/{}", made["id"].as_str().unwrap());
    let sql = |file: &str| {
        let path = format!("{}/migrations/{file}.sql", env!("CARGO_MANIFEST_DIR"));
        let mut psql = std::process::Command::new("psql");
        let done = psql.args([&place.database, "-qv", "ON_ERROR_STOP=1", "-f", &path]).status().unwrap();
        assert!(done.success(), "{file}");
    };
    sql("0006_contact_gone.up");
    assert_eq!(second.read(&token, &path).await["phone"], "3");
    second.send(&token, Method::PATCH, &path, &json!({"phone": "4"})).await;
    let refused = place.output(FIRST, &["serve"], &[]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("release 2 is the oldest that runs"), "{said}");
    sql("0006_contact_gone.down");
    let first = place.start_release(FIRST, &[]);
    assert_eq!(first.read(&token, &path).await["contact"], "n@new.example, 4");
}
