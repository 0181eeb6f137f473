//! A request's options, filled in and checked.

use std::time::Duration;

use callsheet_flow::{Operand, Request, RequestOption, Setting, Switch, Template, Value, Variables};

use super::limits::FlowLimits;
use super::report::Problem;

/// How one entry is carried out.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub follow: bool,
    pub trusted: bool,
    /// -1: without limit.
    pub max_redirects: i64,
    pub compressed: bool,
    pub insecure: bool,
    /// -1: without limit.
    pub retries: i64,
    pub retry_interval: Duration,
    pub delay: Duration,
    pub max_time: Duration,
    pub connect_timeout: Duration,
    pub repeat: i64,
    pub skip: bool,
    pub user: Option<String>,
    pub headers: Vec<(String, String)>,
    pub version: Option<reqwest::Version>,
    /// File that a response as wanted is written to, within the flow's folder.
    pub output: Option<String>,
}

/// The settings of `request`; options that set variables do so.
pub(super) fn settings(request: &Request, limits: &FlowLimits, variables: &mut Variables) -> Result<Settings, Problem> {
    let mut settings = Settings {
        follow: limits.follow,
        trusted: false,
        max_redirects: limits.redirects,
        compressed: false,
        insecure: limits.insecure,
        retries: limits.retries,
        retry_interval: limits.retry_interval,
        delay: Duration::ZERO,
        max_time: limits.exchange,
        connect_timeout: limits.connect,
        repeat: 1,
        skip: false,
        user: None,
        headers: Vec::new(),
        version: None,
        output: None,
    };
    for option in &request.options {
        apply(option, &mut settings, variables).map_err(|what| Problem::exchange(option.at, what, false))?;
    }
    Ok(settings)
}

fn apply(option: &RequestOption, settings: &mut Settings, variables: &mut Variables) -> Result<(), String> {
    let filled = |template: &Template| template.fill(variables).map_err(|error| error.to_string());
    match &option.setting {
        Setting::Location(follow) => settings.follow = truth_of(follow, variables)?,
        Setting::LocationTrusted(trusted) => {
            settings.trusted = truth_of(trusted, variables)?;
            settings.follow |= settings.trusted;
        }
        Setting::MaxRedirs(count) => settings.max_redirects = count_of(&filled(count)?)?,
        Setting::Compressed(compressed) => settings.compressed = truth_of(compressed, variables)?,
        Setting::Insecure(insecure) => settings.insecure = truth_of(insecure, variables)?,
        Setting::Retry(count) => settings.retries = count_of(&filled(count)?)?,
        Setting::RetryInterval(time) => settings.retry_interval = time_of(&filled(time)?)?,
        Setting::Delay(time) => settings.delay = time_of(&filled(time)?)?,
        Setting::MaxTime(time) => settings.max_time = time_of(&filled(time)?)?,
        Setting::ConnectTimeout(time) => settings.connect_timeout = time_of(&filled(time)?)?,
        Setting::Repeat(count) => settings.repeat = count_of(&filled(count)?)?,
        Setting::Skip(skip) => settings.skip = truth_of(skip, variables)?,
        Setting::User(user) => settings.user = Some(filled(user)?),
        Setting::Header(pair) => settings.headers.push((filled(&pair.name)?, filled(&pair.value)?)),
        Setting::Http(version, wanted) => {
            settings.version = Some(version_of(version, truth_of(wanted, variables)?));
        }
        Setting::Output(path) => settings.output = Some(filled(path)?).filter(|path| path != "-"),
        Setting::Display(_) => {}
        Setting::Foreign(foreign) => return Err(foreign.fault().message),
        Setting::Variable(name, value) => {
            let value = match value {
                Operand::Value(value) => value.clone(),
                Operand::Text(template) | Operand::File(template) => Value::Text(filled(template)?),
            };
            variables.insert(name.clone(), value);
        }
    }
    Ok(())
}

fn truth_of(switch: &Switch, variables: &Variables) -> Result<bool, String> {
    let template = match switch {
        Switch::Is(truth) => return Ok(*truth),
        Switch::Variable(template) => template,
    };
    let text = template.fill(variables).map_err(|error| error.to_string())?;
    text.parse().map_err(|_| format!("`{text}` is neither `true` nor `false`"))
}

/// What is asked for when the option is on, or the next lower one when it is off.
fn version_of(option: &str, wanted: bool) -> reqwest::Version {
    match (option, wanted) {
        ("http1.0", true) | ("http1.1", false) => reqwest::Version::HTTP_10,
        ("http2", true) => reqwest::Version::HTTP_2,
        _ => reqwest::Version::HTTP_11,
    }
}

fn count_of(text: &str) -> Result<i64, String> {
    match text.parse() {
        Ok(count) if count >= -1 => Ok(count),
        _ => Err(format!("`{text}` is no count: write a whole number, or -1 for no limit")),
    }
}

/// `500`, `500ms`, `2s`, `1m`, `1h`; without a unit, milliseconds.
fn time_of(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let amount: Option<u32> = text[..digits].parse().ok();
    let unit = match &text[digits..] {
        "" | "ms" => Some(Duration::from_millis(1)),
        "s" => Some(Duration::from_secs(1)),
        "m" => Some(Duration::from_secs(60)),
        "h" => Some(Duration::from_secs(3600)),
        _ => None,
    };
    match (amount, unit) {
        (Some(amount), Some(unit)) => Ok(unit * amount),
        _ => Err(format!("`{text}` is no length of time: write `500ms`, `2s` or `1m`")),
    }
}
