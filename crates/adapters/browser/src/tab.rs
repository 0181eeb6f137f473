//! A page that stays open and is worked with: opened, acted on by script, asked what it shows.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::page::text;
use crate::{Browser, BrowserError};

/// How often a condition is asked for again.
const AGAIN: Duration = Duration::from_millis(50);

/// A page of a browser of its own.
pub struct Tab {
    browser: Browser,
    session: String,
}

impl Browser {
    /// Opens a page, which stays open as long as the tab is held. That it answers is for [`Tab::until`] to find out.
    pub fn open(mut self, url: &str) -> Result<Tab, BrowserError> {
        let target = self.ask(None, "Target.createTarget", json!({"url": "about:blank"}))?;
        let target = text(&target, "targetId", "Target.createTarget")?;
        let attached = self.ask(None, "Target.attachToTarget", json!({"targetId": target, "flatten": true}))?;
        let session = text(&attached, "sessionId", "Target.attachToTarget")?;
        for domain in ["Runtime", "Log"] {
            self.ask(Some(&session), &format!("{domain}.enable"), json!({}))?;
        }
        let mut tab = Tab { browser: self, session };
        tab.go(url)?;
        Ok(tab)
    }
}

impl Tab {
    /// Goes to another page.
    pub fn go(&mut self, url: &str) -> Result<(), BrowserError> {
        self.browser.ask(Some(&self.session), "Page.navigate", json!({"url": url})).map(drop)
    }

    /// What an expression of JavaScript gives, as JSON; a promise is awaited. What it throws is a refusal.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value, BrowserError> {
        let method = "Runtime.evaluate";
        let params =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true});
        let mut answer = self.browser.ask(Some(&self.session), method, params)?;
        let Some(thrown) = answer.get("exceptionDetails") else { return Ok(answer["result"]["value"].take()) };
        let words = thrown["exception"]["description"].as_str().or(thrown["text"].as_str()).unwrap_or("it throws");
        Err(BrowserError::Refused { method: method.to_owned(), message: words.to_owned() })
    }

    /// Waits until an expression is true; whether it was so within the time. A page that is just being left is asked again.
    pub fn until(&mut self, expression: &str, within: Duration) -> Result<bool, BrowserError> {
        let end = Instant::now() + within;
        loop {
            match self.evaluate(expression) {
                Ok(Value::Bool(true)) => return Ok(true),
                Ok(_) | Err(BrowserError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
            if Instant::now() >= end {
                return Ok(false);
            }
            std::thread::sleep(AGAIN);
        }
    }

    /// What the page has complained of since it was asked last: errors on its console, scripts that broke, parts that are missing.
    pub fn complaints(&mut self) -> Result<Vec<String>, BrowserError> {
        // An answer comes after all that happened before it.
        self.evaluate("0")?;
        let mut complaints = Vec::new();
        while let Some(event) = self.browser.connection.event(Instant::now())? {
            if event["sessionId"].as_str() == Some(&self.session) {
                complaints.extend(complaint(&event["method"], &event["params"]));
            }
        }
        Ok(complaints)
    }

    /// The text that the page shows.
    pub fn shown(&mut self) -> Result<String, BrowserError> {
        let text = self.evaluate("document.body ? document.body.innerText : ''")?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }
}

fn complaint(method: &Value, params: &Value) -> Option<String> {
    match method.as_str()? {
        "Log.entryAdded" if params["entry"]["level"] == "error" => {
            let (text, url) = (params["entry"]["text"].as_str()?, params["entry"]["url"].as_str());
            Some(format!("{text} ({})", url.unwrap_or("no address")))
        }
        "Runtime.exceptionThrown" => Some(format!("a script broke: {}", params["exceptionDetails"])),
        "Runtime.consoleAPICalled" if params["type"] == "error" => {
            Some(format!("the console shows {}", params["args"]))
        }
        _ => None,
    }
}
