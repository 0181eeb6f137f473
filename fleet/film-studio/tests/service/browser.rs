//! The pages in a real Chromium: a person signs in, walks through a film, works on it by the pages' forms, and nothing complains.

use callsheet_browser::{Browser, Tab, find};
use fleet_testkit::browsing::until;

use crate::running::{PASSWORD, started, with_film};

/// Fills the fields of the form that goes to an address ending so, once it is there, and sends it.
#[track_caller]
fn send(tab: &mut Tab, action: &str, fields: &[(&str, &str)]) {
    let form = format!("document.querySelector('form[action$=\"{action}\"]')");
    until(tab, &format!("document.readyState === 'complete' && {form} !== null"));
    let fill: String =
        fields.iter().map(|(name, value)| format!("form.elements['{name}'].value = '{value}'; ")).collect();
    tab.evaluate(&format!("{{ const form = {form}; {fill} form.requestSubmit(); }}")).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_film_is_worked_on_in_a_browser() {
    let (_folder, service) = started();
    let (_, film, scenes) = with_film(&service).await;
    let program = find(&std::env::var_os("PATH").unwrap()).expect("apt-get install chromium");
    tokio::task::block_in_place(|| {
        let browser = Browser::start(&program, false).unwrap();
        let mut tab = browser.open(&format!("{}/login", service.url)).unwrap();
        send(&mut tab, "/login", &[("email", "olive@studio.example"), ("password", PASSWORD)]);
        until(&mut tab, "document.title.startsWith('Films')");

        let base = format!("{}/films/{film}", service.url);
        for (path, title) in [("", "Script"), ("/breakdown", "Breakdown"), ("/storyboard", "Storyboard")] {
            tab.go(&format!("{base}{path}")).unwrap();
            until(&mut tab, &format!("document.readyState === 'complete' && document.title.startsWith('{title}')"));
        }
        let shot = [("size", "CU"), ("description", "The bell swings"), ("seconds", "2.5")];
        send(&mut tab, &format!("/scenes/{}/shots", scenes[0]), &shot);
        until(&mut tab, "document.querySelector('.frame')?.innerText.includes('The bell swings')");
        send(&mut tab, "/board", &[]);
        until(&mut tab, "document.querySelector('.frame img')?.naturalWidth === 640");

        tab.go(&format!("{base}/schedule")).unwrap();
        until(&mut tab, "document.title.startsWith('Schedule') && document.querySelector('#start') !== null");
        send(&mut tab, "/schedule", &[("start", "2026-05-07"), ("pages", "4")]);
        until(&mut tab, "document.querySelectorAll('.day').length > 0");
        send(&mut tab, "/days/1", &[("call_time", "05:45"), ("notes", "Tide at six")]);
        until(&mut tab, "document.querySelector('.day')?.innerText.includes('call 05:45')");

        tab.go(&format!("{base}/budget")).unwrap();
        until(&mut tab, "document.title.startsWith('Budget')");
        send(&mut tab, "/budget", &[("account", "2100"), ("description", "Boat hire"), ("amount", "1250.50")]);
        until(&mut tab, "document.querySelector('main').innerText.includes('Boat hire')");
        assert_eq!(tab.complaints().unwrap(), Vec::<String>::new());
    });
}
