//! One visit: navigate, listen until the page is quiet, look.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::{Browser, BrowserError, Trouble, Visit, Wanted};

/// Nothing was loaded for so long: the page is quiet.
const QUIET: Duration = Duration::from_millis(500);
/// How long a loaded page may go on loading before it is looked at all the same.
const SETTLES: Duration = Duration::from_secs(5);
/// The browser's own answers.
const ANSWER: Duration = Duration::from_secs(20);
/// Each question for a text is asked again this often until the time is over.
const AGAIN: Duration = Duration::from_millis(100);
/// More troubles than this are one more.
const MOST: usize = 50;

impl Browser {
    /// Opens a page in a tab of its own and looks at it.
    pub fn visit(&mut self, wanted: &Wanted) -> Result<Visit, BrowserError> {
        let target = self.ask(None, "Target.createTarget", json!({"url": "about:blank"}))?;
        let target = text(&target, "targetId", "Target.createTarget")?;
        let attached = self.ask(None, "Target.attachToTarget", json!({"targetId": target, "flatten": true}))?;
        let session = text(&attached, "sessionId", "Target.attachToTarget")?;
        let visit = Page::new(self, &session, wanted).look();
        self.ask(None, "Target.closeTarget", json!({"targetId": target}))?;
        visit
    }

    pub(crate) fn ask(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<Value, BrowserError> {
        self.connection.call(session, method, params, Instant::now() + ANSWER)
    }
}

pub(crate) fn text(value: &Value, field: &str, method: &str) -> Result<String, BrowserError> {
    let strange = || BrowserError::Strange { method: method.to_owned(), field: field.to_owned() };
    value[field].as_str().map(str::to_owned).ok_or_else(strange)
}

struct Page<'a> {
    browser: &'a mut Browser,
    session: &'a str,
    wanted: &'a Wanted,
    visit: Visit,
    /// Requests under way: their addresses.
    open: BTreeMap<String, String>,
    /// The request of the page itself.
    own: Option<String>,
    loaded: Option<Instant>,
    last_news: Instant,
}

impl<'a> Page<'a> {
    fn new(browser: &'a mut Browser, session: &'a str, wanted: &'a Wanted) -> Page<'a> {
        Page {
            browser,
            session,
            wanted,
            visit: Visit { url: wanted.url.clone(), ..Visit::default() },
            open: BTreeMap::new(),
            own: None,
            loaded: None,
            last_news: Instant::now(),
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, BrowserError> {
        self.browser.ask(Some(self.session), method, params)
    }

    fn look(mut self) -> Result<Visit, BrowserError> {
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.ask(&format!("{domain}.enable"), json!({}))?;
        }
        let (width, height) = self.wanted.size;
        let window = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.ask("Emulation.setDeviceMetricsOverride", window)?;
        let began = Instant::now();
        let end = began + self.wanted.within;
        // A page that answers nothing holds this call up, so it is bounded like the page.
        let params = json!({"url": self.wanted.url});
        let give_up = end.max(began + Duration::from_secs(1)) + SETTLES;
        match self.browser.connection.call(Some(self.session), "Page.navigate", params, give_up) {
            Ok(answer) => {
                if let Some(why) = answer["errorText"].as_str() {
                    self.trouble(Trouble::Unreachable { why: why.to_owned() });
                    return Ok(self.visit);
                }
            }
            Err(BrowserError::Silent { .. }) => {
                self.slow(None);
                return Ok(self.visit);
            }
            Err(error) => return Err(error),
        }
        self.listen(give_up)?;
        self.judge_time(began);
        self.texts(end)?;
        self.figures()?;
        self.picture()?;
        Ok(self.visit)
    }

    /// Takes events in until the page is loaded and quiet, or the time is over.
    fn listen(&mut self, give_up: Instant) -> Result<(), BrowserError> {
        loop {
            let now = Instant::now();
            let settled = self
                .loaded
                .is_some_and(|at| self.open.is_empty() && now >= self.last_news + QUIET || now >= at + SETTLES);
            if settled || now >= give_up {
                return Ok(());
            }
            if let Some(event) = self.browser.connection.event((now + QUIET / 5).min(give_up))? {
                self.take(&event);
            }
        }
    }

    fn take(&mut self, event: &Value) {
        if event["sessionId"].as_str() != Some(self.session) {
            return;
        }
        let params = &event["params"];
        let request = params["requestId"].as_str().unwrap_or_default();
        match event["method"].as_str().unwrap_or_default() {
            "Page.loadEventFired" => self.loaded = Some(Instant::now()),
            "Network.requestWillBeSent" => {
                let url = params["request"]["url"].as_str().unwrap_or_default();
                if url.starts_with("data:") || url.starts_with("blob:") {
                    return;
                }
                if self.own.is_none() && params["type"] == "Document" {
                    self.own = Some(request.to_owned());
                }
                // A stream never ends, so nobody waits for it.
                if params["type"] != "EventSource" {
                    self.open.insert(request.to_owned(), url.to_owned());
                }
                self.visit.requests += 1;
                self.last_news = Instant::now();
            }
            "Network.responseReceived" => self.answered(request, &params["response"]),
            "Network.loadingFinished" => {
                self.visit.bytes += params["encodedDataLength"].as_f64().unwrap_or(0.0) as u64;
                self.open.remove(request);
                self.last_news = Instant::now();
            }
            "Network.loadingFailed" => {
                let url = self.open.remove(request);
                self.last_news = Instant::now();
                // What the page itself gave up is no fault.
                if params["canceled"] != json!(true)
                    && let Some(url) = url
                {
                    let why = params["blockedReason"].as_str().or(params["errorText"].as_str()).unwrap_or("it failed");
                    self.trouble(Trouble::Part { url, why: why.to_owned() });
                }
            }
            "Runtime.exceptionThrown" => self.exception(&params["exceptionDetails"]),
            "Runtime.consoleAPICalled" if params["type"] == "error" || params["type"] == "assert" => {
                let words: Vec<String> = params["args"].as_array().into_iter().flatten().map(shown).collect();
                let at = place(&params["stackTrace"]["callFrames"][0]);
                self.console(words.join(" "), at);
            }
            // What the network has to say came as a part already.
            "Log.entryAdded" if params["entry"]["level"] == "error" && params["entry"]["source"] != "network" => {
                let words = params["entry"]["text"].as_str().unwrap_or_default().to_owned();
                self.console(words, place(&params["entry"]));
            }
            _ => {}
        }
    }

    fn answered(&mut self, request: &str, response: &Value) {
        let status = response["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
        let url = response["url"].as_str().unwrap_or_default().to_owned();
        if self.own.as_deref() == Some(request) {
            self.visit.status = Some(status);
            self.visit.url = url;
            if status >= 400 {
                self.trouble(Trouble::Status { status });
            }
        } else if status >= 400 {
            self.trouble(Trouble::Part { url, why: status.to_string() });
        }
    }

    fn exception(&mut self, details: &Value) {
        let described = details["exception"]["description"].as_str().or(details["text"].as_str());
        let message = described.unwrap_or_default().lines().next().unwrap_or_default().to_owned();
        if !self.is_ignored(&message) {
            self.trouble(Trouble::Script { message, at: place(details) });
        }
    }

    fn console(&mut self, message: String, at: Option<String>) {
        if !self.is_ignored(&message) {
            self.trouble(Trouble::Console { message, at });
        }
    }

    fn is_ignored(&self, message: &str) -> bool {
        self.wanted.ignores.iter().any(|part| message.contains(part.as_str()))
    }

    fn trouble(&mut self, trouble: Trouble) {
        if self.visit.troubles.len() < MOST && !self.visit.troubles.contains(&trouble) {
            self.visit.troubles.push(trouble);
        }
    }

    fn slow(&mut self, took_ms: Option<u64>) {
        let within_ms = self.wanted.within.as_millis() as u64;
        self.trouble(Trouble::Slow { took_ms, within_ms });
    }

    fn judge_time(&mut self, began: Instant) {
        self.visit.loaded_ms = self.loaded.map(|at| at.duration_since(began).as_millis() as u64);
        if self.loaded.is_none_or(|at| at.duration_since(began) > self.wanted.within) {
            self.slow(self.visit.loaded_ms);
        }
    }

    /// Each text must be in what the page shows, at the latest when its time is over.
    fn texts(&mut self, end: Instant) -> Result<(), BrowserError> {
        let mut missing = self.wanted.shows.clone();
        loop {
            if missing.is_empty() {
                return Ok(());
            }
            let shown = self.evaluate("document.body ? document.body.innerText : ''")?;
            let shown = squeezed(shown.as_str().unwrap_or_default());
            missing.retain(|text| !shown.contains(&squeezed(text)));
            if Instant::now() >= end {
                break;
            }
            if !missing.is_empty() {
                self.listen((Instant::now() + AGAIN).min(end))?;
                std::thread::sleep(AGAIN.min(end.saturating_duration_since(Instant::now())));
            }
        }
        missing.into_iter().for_each(|text| self.trouble(Trouble::Text { text }));
        Ok(())
    }

    fn figures(&mut self) -> Result<(), BrowserError> {
        self.visit.title = self.evaluate("document.title")?.as_str().unwrap_or_default().to_owned();
        let asked = "new Promise(done => { new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))\
                     .observe({type: 'largest-contentful-paint', buffered: true}); setTimeout(() => done(null), 200) })";
        self.visit.largest_paint_ms = self.evaluate(asked)?.as_f64().map(|ms| ms.round() as u64);
        Ok(())
    }

    fn picture(&mut self) -> Result<(), BrowserError> {
        let params = json!({"format": "jpeg", "quality": 60, "captureBeyondViewport": self.wanted.whole_page});
        let answer = self.ask("Page.captureScreenshot", params)?;
        let method = "Page.captureScreenshot";
        let strange = || BrowserError::Strange { method: method.to_owned(), field: "data".to_owned() };
        let data = text(&answer, "data", method)?;
        self.visit.picture = base64::engine::general_purpose::STANDARD.decode(data).map_err(|_| strange())?;
        Ok(())
    }

    /// A page that leaves while it is asked has no value.
    fn evaluate(&mut self, expression: &str) -> Result<Value, BrowserError> {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        match self.ask("Runtime.evaluate", params) {
            Ok(mut answer) => Ok(answer["result"]["value"].take()),
            Err(BrowserError::Refused { .. }) => Ok(Value::Null),
            Err(error) => Err(error),
        }
    }
}

/// Runs of white space are one blank, as a reader sees them.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A console argument as the console shows it.
fn shown(argument: &Value) -> String {
    match (&argument["value"], argument["description"].as_str()) {
        (Value::String(text), _) => text.clone(),
        (Value::Null, Some(description)) => description.lines().next().unwrap_or_default().to_owned(),
        (value, _) => value.to_string(),
    }
}

/// `https://shop.example/app.js:10`, with the line from 1.
fn place(at: &Value) -> Option<String> {
    let url = at["url"].as_str().filter(|url| !url.is_empty())?;
    Some(match at["lineNumber"].as_u64() {
        Some(line) => format!("{url}:{}", line + 1),
        None => url.to_owned(),
    })
}
