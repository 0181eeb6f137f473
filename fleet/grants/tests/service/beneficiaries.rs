//! Beneficiaries: tax numbers checked, sealed, found, masked; and who may be deleted.

use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{AFM_KEY, Place, afm, started};

#[tokio::test]
async fn a_tax_number_is_sealed_masked_and_found() {
    let (place, service) = started();
    let token = service.admin().await;
    let number = afm(12_345_678);
    let new =
        json!({"name": "Όμιλος Θεάτρου", "afm": format!("EL {number}"), "email": "a@b.example", "phone": "210 1"});
    let made = service.create(&token, "/api/beneficiaries", new.clone()).await;
    assert_eq!(made["afm"], format!("••••••{}", &number[6..]));
    let (status, problem) = service.send(&token, Method::POST, "/api/beneficiaries", &new).await;
    assert_eq!(status, 409, "{problem}");

    let found = service.read(&token, &format!("/api/beneficiaries?afm={number}")).await;
    assert_eq!(found["items"][0]["id"], made["id"]);
    let other = service.read(&token, &format!("/api/beneficiaries?afm={}", afm(7))).await;
    assert_eq!(other["items"], json!([]));

    let reveal = format!("/api/beneficiaries/{}/afm", made["id"].as_str().unwrap());
    assert_eq!(service.read(&token, &reveal).await["afm"], number);
    let viewer = service.somebody(&token, "viewer").await;
    assert_eq!(service.send(&viewer, Method::GET, &reveal, &Value::Null).await.0, 403);
    let trail = service.read(&token, &format!("/api/audit?subject={}", made["id"].as_str().unwrap())).await;
    assert_eq!(trail["items"][0]["action"], "beneficiary.afm-shown");

    // Neither in the database nor in any log, and the key neither.
    let dump = dump(&place);
    assert!(dump.contains("afm_sealed") && !dump.contains(&number), "the number is in the database as it is");
    assert_eq!(place.holding(&number), Vec::<String>::new());
    assert_eq!(place.holding(AFM_KEY), Vec::<String>::new());
}

fn dump(place: &Place) -> String {
    let output =
        std::process::Command::new("pg_dump").arg(&place.database).output().expect("PostgreSQL's tools are here");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn wrong_numbers_are_told_apart() {
    let (_place, service) = started();
    let token = service.admin().await;
    for (number, said) in [("123456789", "check digit"), ("12345678", "nine digits"), ("000000000", "check digit")] {
        let (status, problem) =
            service.send(&token, Method::POST, "/api/beneficiaries", &json!({"name": "N", "afm": number})).await;
        let detail = problem["errors"][0]["detail"].as_str().unwrap_or_default().to_owned();
        assert!(status == 422 && detail.contains(said), "{number}: {problem}");
    }
}

#[tokio::test]
async fn whoever_is_named_stays() {
    let (_place, service) = started();
    let token = service.admin().await;
    let person = service.create(&token, "/api/beneficiaries", json!({"name": "N", "afm": afm(1)})).await;
    let path = format!("/api/beneficiaries/{}", person["id"].as_str().unwrap());
    let document =
        service.create(&token, "/api/documents", json!({"title": "Grant 7", "beneficiary_ids": [person["id"]]})).await;
    let budget = service
        .create(&token, "/api/budgets", json!({"name": "B", "lines": [{"name": "L", "planned_cents": 900}]}))
        .await;
    let at = format!("/api/budgets/{}", budget["id"].as_str().unwrap());
    let commitment = service
        .create(
            &token,
            &format!("{at}/commitments"),
            json!({"line_id": budget["lines"][0]["id"], "beneficiary_id": person["id"], "document_id": document["id"],
                   "purpose": "Lamps", "amount_cents": 500}),
        )
        .await;
    service
        .create(
            &token,
            &format!("{at}/payments"),
            json!({"commitment_id": commitment["id"], "amount_cents": 100, "reference": "R-1", "paid_on": "2026-11-02"}),
        )
        .await;

    let (status, problem) = service.send(&token, Method::DELETE, &path, &Value::Null).await;
    let told: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|one| one["detail"].as_str().unwrap()).collect();
    assert_eq!((status, told.len()), (409, 3), "{problem}");
    for (words, line) in [("document “Grant 7”", 0), ("commitment “Lamps”", 1), ("payment “R-1”", 2)] {
        assert!(told[line].contains(words), "{told:?}");
    }
    let document_path = format!("/api/documents/{}", document["id"].as_str().unwrap());
    assert_eq!(
        service.send(&token, Method::DELETE, &document_path, &Value::Null).await.0,
        409,
        "a commitment rests on it"
    );

    let free = service.create(&token, "/api/beneficiaries", json!({"name": "Free", "afm": afm(2)})).await;
    let path = format!("/api/beneficiaries/{}", free["id"].as_str().unwrap());
    assert_eq!(service.send(&token, Method::DELETE, &path, &Value::Null).await.0, 204);
}
