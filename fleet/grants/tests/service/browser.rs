//! The pages in real browsers: a person writes down a beneficiary and a document that names them, commits and pays; somebody else, who has
//! the budget open at another instance, sees it and the reconciliation with the bank as they happen; and nothing complains.

use std::time::Duration;

use callsheet_browser::{Browser, Tab, find};
use reqwest::Method;
use serde_json::{Value, json};

use crate::running::{ADMIN, PASSWORD, Place, Running, afm};

/// What a page may take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// One person's browser.
struct Person {
    tab: Tab,
    base: String,
}

impl Person {
    fn signed_in(service: &Running) -> Person {
        let program = find(&std::env::var_os("PATH").unwrap()).expect("apt-get install chromium");
        let base = service.url.clone();
        let tab = Browser::start(&program, false).unwrap().open(&format!("{base}/login")).unwrap();
        let mut person = Person { tab, base };
        person.sends("[action$=\"/login\"]", &[("email", ADMIN), ("password", PASSWORD)]);
        person.until("location.pathname === '/' && document.querySelector('.who') !== null");
        person
    }

    #[track_caller]
    fn until(&mut self, expression: &str) {
        let held = self.tab.until(expression, PATIENCE).unwrap();
        assert!(held, "waited in vain for `{expression}`; the page shows: {}", self.tab.shown().unwrap());
    }

    /// Until the page is there whole, and shows this.
    #[track_caller]
    fn until_shown(&mut self, words: &str) {
        self.until(&format!(
            "document.readyState === 'complete' && document.querySelector('main').innerText.includes('{words}')"
        ));
    }

    fn goes(&mut self, path: &str) {
        self.tab.go(&format!("{}{path}", self.base)).unwrap();
    }

    /// Fills the fields of the page's form that is this one among those that change something, once it is there, and sends it.
    #[track_caller]
    fn sends(&mut self, which: &str, fields: &[(&str, &str)]) {
        let form = format!("document.querySelector('form[method=post]{which}')");
        self.until(&format!("document.readyState === 'complete' && {form} !== null"));
        let fill: String =
            fields.iter().map(|(name, value)| format!("form.elements['{name}'].value = '{value}'; ")).collect();
        self.tab.evaluate(&format!("{{ const form = {form}; {fill} form.requestSubmit(); }}")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_person_does_another_sees_at_once() {
    let place = Place::migrated();
    let (here, there) = (place.start(&[]), place.start(&[]));
    let token = here.admin().await;
    let body = json!({"name": "Film year", "lines": [{"name": "Sets", "planned_cents": 100_000}]});
    let budget = here.create(&token, "/api/budgets", body).await;
    let budget = format!("/budgets/{}", budget["id"].as_str().unwrap());
    let number = afm(87_654_321);

    let (mut treasurer, mut watcher) = tokio::task::block_in_place(|| {
        let mut treasurer = Person::signed_in(&here);
        treasurer.goes("/beneficiaries/new");
        treasurer.sends(
            "[action$=\"/beneficiaries\"]",
            &[("name", "Ina Petrou"), ("afm", &number), ("email", "ina@studio.example")],
        );
        treasurer.until_shown("Ina Petrou");
        let shown = treasurer.tab.shown().unwrap();
        assert!(shown.contains("••••••") && !shown.contains(&number), "{shown}");

        treasurer.goes("/documents/new");
        treasurer.until("document.querySelector('[name=beneficiary]') !== null");
        treasurer.tab.evaluate("document.querySelector('[name=beneficiary]').click()").unwrap();
        treasurer.sends("[action$=\"/documents\"]", &[("title", "Grant for sets"), ("body", "Wood and paint.")]);
        treasurer.until_shown("version 1");
        treasurer.until_shown("Ina Petrou");
        treasurer
            .tab
            .evaluate("[...document.querySelectorAll('a')].find((one) => one.textContent === 'Edit').click()")
            .unwrap();
        treasurer.until("document.title.startsWith('Edit')");
        treasurer.sends(".wide", &[("title", "Grant for the sets"), ("status", "approved")]);
        treasurer.until_shown("version 2");
        treasurer.until_shown("Grant for the sets");

        let mut watcher = Person::signed_in(&there);
        watcher.goes(&budget);
        watcher.until("document.querySelector('#live')?.textContent === 'live'");
        treasurer.goes(&budget);
        treasurer.sends("[action$=\"/commit\"]", &[("purpose", "Wood"), ("amount", "200.00")]);
        watcher.until("document.querySelector('[data-total=available_cents]').textContent === '800.00 €'");
        treasurer.sends("[action$=\"/pay\"]", &[("amount", "150.00"), ("reference", "R-1")]);
        watcher.until("document.querySelector('[data-total=paid_cents]').textContent === '150.00 €'");
        (treasurer, watcher)
    });

    let statement =
        json!({"statement": "the statement of May", "entries": [{"reference": "R-1", "amount_cents": 15_000}]});
    let (status, done) = here.send(&token, Method::POST, &format!("/api{budget}/reconcile"), &statement).await;
    assert_eq!(status, 200, "{done}");
    tokio::task::block_in_place(|| {
        watcher.until(
            "document.querySelector('#events').innerText.includes('Reconciled with the statement of May: 1 settled, 0 outstanding')",
        );
        treasurer.goes(&budget);
        treasurer.until_shown("Reconciled with the bank on");
        for person in [&mut treasurer, &mut watcher] {
            assert_eq!(person.tab.complaints().unwrap(), Vec::<String>::new());
        }
        treasurer.sends("[action$=\"/logout\"]", &[]);
        treasurer.until("location.pathname === '/login'");
    });
    let left: Value = here.read(&token, "/api/documents").await;
    assert_eq!(left["items"][0]["version"], 2, "{left}");
}
