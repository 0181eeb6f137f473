//! The front end in a real Chromium: a person signs in, makes a client and a project, comes back to it, signs out; nothing complains.

use callsheet_browser::{Browser, Tab, find};
use fleet_testkit::browsing::until;

use crate::running::{OPERATOR, PASSWORD, started};

/// The page's heading is this.
#[track_caller]
fn until_heading(tab: &mut Tab, words: &str) {
    until(tab, &format!("document.querySelector('h1')?.textContent === '{words}'"));
}

/// Fills fields of the form that holds the first of them, once it is there, and sends it.
#[track_caller]
fn send(tab: &mut Tab, fields: &[(&str, &str)]) {
    until(tab, &format!("document.querySelector('[name={}]') !== null", fields[0].0));
    let fill: String = fields
        .iter()
        .map(|(name, value)| format!("document.querySelector('[name={name}]').value = '{value}'; "))
        .collect();
    tab.evaluate(&format!("{fill} document.querySelector('[name={}]').form.requestSubmit()", fields[0].0)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_front_end_is_used_in_a_browser() {
    let (_folder, service) = started();
    let program = find(&std::env::var_os("PATH").unwrap()).expect("apt-get install chromium");
    tokio::task::block_in_place(|| {
        let mut tab = Browser::start(&program, false).unwrap().open(&service.url).unwrap();
        until_heading(&mut tab, "Welcome back");
        send(&mut tab, &[("email", OPERATOR), ("password", PASSWORD)]);
        until_heading(&mut tab, "Dashboard");

        tab.evaluate("location.hash = '#/clients'").unwrap();
        until_heading(&mut tab, "Clients");
        until(&mut tab, "[...document.querySelectorAll('button')].some((one) => one.textContent === 'New client')");
        tab.evaluate(
            "[...document.querySelectorAll('button')].find((one) => one.textContent === 'New client').click()",
        )
        .unwrap();
        until(&mut tab, "document.querySelector('form.editor [name=name]') !== null");
        send(&mut tab, &[("name", "Ledgerly"), ("industry", "Bookkeeping")]);
        until(&mut tab, "document.querySelector('main ul')?.innerText.includes('Ledgerly')");

        tab.evaluate("location.hash = '#/projects'").unwrap();
        until_heading(&mut tab, "Projects");
        send(&mut tab, &[("name", "Spring posts")]);
        until(
            &mut tab,
            "/^#.projects.[0-9a-f-]+$/.test(location.hash) && document.body.innerText.includes('Spring posts')",
        );

        // Loaded anew, the page knows who is signed in and where they were.
        tab.evaluate("window.isOfBefore = true; location.reload()").unwrap();
        until(
            &mut tab,
            "window.isOfBefore === undefined && document.readyState === 'complete' && document.querySelector('main')?.innerText.includes('Spring posts') === true",
        );
        assert_eq!(tab.complaints().unwrap(), Vec::<String>::new());
        tab.evaluate("[...document.querySelectorAll('button')].find((one) => one.textContent === 'Sign out').click()")
            .unwrap();
        until_heading(&mut tab, "Welcome back");
    });
}
