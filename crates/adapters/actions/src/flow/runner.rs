//! Runs a flow: each entry with its repetitions and tries, until one fails.

use std::path::Path;

use callsheet_base::Timestamp;
use callsheet_flow::{Entry, Flow, Judgement, Surroundings, Value, Variables, judge};

use super::clients::Clients;
use super::cookies::Jar;
use super::exchange::exchange;
use super::limits::FlowLimits;
use super::outgoing::{outgoing, read_file, write_file};
use super::report::{EntryReport, FlowReport, Problem};
use super::settings::{Settings, settings};

/// Keeps connections between requests and flows.
pub struct FlowRunner {
    limits: FlowLimits,
    clients: Clients,
}

impl FlowRunner {
    /// A runner within `limits`.
    pub fn new(limits: FlowLimits) -> FlowRunner {
        FlowRunner { limits, clients: Clients::default() }
    }

    /// Runs `flow` with `variables`; files are found in `folder`; `now` is asked for the instant. `progress` hears of each entry done.
    /// Over plain HTTP it waits for answers on the thread that polls it, so nothing else should live there.
    pub async fn run(
        &self,
        flow: &Flow,
        mut variables: Variables,
        folder: &Path,
        now: &(dyn Fn() -> Timestamp + Sync),
        progress: &mut (dyn FnMut(&EntryReport) + Send),
    ) -> FlowReport {
        let mut report = FlowReport::default();
        let mut jar = Jar::default();
        let calls_functions = flow.calls_functions();
        for entry in &flow.entries {
            if !report.succeeded() {
                report.not_tried = Some(entry.request.at.line);
                break;
            }
            let mut flowing = Flowing { runner: self, variables: &mut variables, jar: &mut jar, folder, now };
            if calls_functions {
                flowing.fresh_functions();
            }
            flowing.entry(entry, &mut report, progress).await;
        }
        report
    }
}

/// A flow on its way.
struct Flowing<'a> {
    runner: &'a FlowRunner,
    variables: &'a mut Variables,
    jar: &'a mut Jar,
    folder: &'a Path,
    now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// One try of one entry.
struct Tried {
    report: EntryReport,
    judgement: Judgement,
}

impl Flowing<'_> {
    async fn entry(&mut self, entry: &Entry, report: &mut FlowReport, progress: &mut (dyn FnMut(&EntryReport) + Send)) {
        let settings = match settings(&entry.request, &self.runner.limits, self.variables) {
            Ok(settings) => settings,
            Err(problem) => {
                let mut failed = blank(entry);
                failed.problems.push(problem);
                progress(&failed);
                return report.entries.push(failed);
            }
        };
        if settings.skip {
            return;
        }
        let mut turn = 0;
        while settings.repeat < 0 || turn < settings.repeat {
            turn += 1;
            if !settings.delay.is_zero() {
                tokio::time::sleep(settings.delay).await;
            }
            let tried = self.with_retries(entry, &settings).await;
            report.captured.extend(tried.judgement.captured);
            progress(&tried.report);
            report.entries.push(tried.report);
            if !report.succeeded() {
                return;
            }
        }
    }

    /// `{{newUuid}}` and `{{newDate}}` have a new value in each entry.
    fn fresh_functions(&mut self) {
        self.variables.insert("newUuid".to_owned(), Value::Text(uuid::Uuid::new_v4().to_string()));
        self.variables.insert("newDate".to_owned(), Value::Date((self.now)().as_nanosecond()));
    }

    async fn with_retries(&mut self, entry: &Entry, settings: &Settings) -> Tried {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut tried = self.once(entry, settings).await;
            tried.report.tries = tries;
            let may_retry = settings.retries < 0 || i64::from(tries) <= settings.retries;
            if tried.report.problems.is_empty() || !may_retry {
                return tried;
            }
            tokio::time::sleep(settings.retry_interval).await;
        }
    }

    async fn once(&mut self, entry: &Entry, settings: &Settings) -> Tried {
        let mut report = blank(entry);
        let response = match self.response(entry, settings, &mut report).await {
            Ok(response) => response,
            Err(problem) => {
                report.problems.push(problem);
                return Tried { report, judgement: Judgement::default() };
            }
        };
        report.status = Some(response.status);
        report.duration_ms = response.duration_ms;
        let read_file = |path: &str| read_file(self.folder, path);
        let around = Surroundings { now: (self.now)(), read_file: &read_file };
        let judgement = match &entry.response {
            Some(spec) => judge(spec, &response, self.variables, &around),
            None => Judgement::default(),
        };
        report.judged = judgement.judged;
        if let Some(path) = settings.output.as_ref().filter(|_| judgement.failures.is_empty())
            && let Err(what) = write_file(self.folder, path, &response.body)
        {
            report.problems.push(Problem::exchange(entry.request.at, what, true));
        }
        report.problems.extend(judgement.failures.iter().cloned().map(Problem::from));
        Tried { report, judgement }
    }

    async fn response(
        &mut self,
        entry: &Entry,
        settings: &Settings,
        report: &mut EntryReport,
    ) -> Result<callsheet_flow::Response, Problem> {
        let at = entry.request.at;
        let outgoing = outgoing(&entry.request, settings, self.variables, self.folder)?;
        report.url = outgoing.url.to_string();
        let limits = &self.runner.limits;
        exchange(&self.runner.clients, outgoing, settings, limits, self.jar, (self.now)())
            .await
            .map_err(|none| Problem::exchange(at, none.what, none.sent))
    }
}

fn blank(entry: &Entry) -> EntryReport {
    EntryReport {
        line: entry.request.at.line,
        method: entry.request.method.clone(),
        url: entry.request.url.source(),
        status: None,
        duration_ms: 0,
        tries: 1,
        judged: 0,
        problems: Vec::new(),
    }
}
