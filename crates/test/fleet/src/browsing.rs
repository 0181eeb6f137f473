//! A service's pages in a browser.

use std::time::Duration;

use callsheet_browser::Tab;

/// What a page may take on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until an expression holds in the page; fails the test with what the page shows.
#[track_caller]
pub fn until(tab: &mut Tab, expression: &str) {
    let held = tab.until(expression, PATIENCE).expect("the tab answers");
    assert!(held, "waited in vain for `{expression}`; the page shows: {}", tab.shown().unwrap_or_default());
}
