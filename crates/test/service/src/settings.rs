//! What the service was told on its command line.

use std::time::{Duration, Instant};

/// How it behaves.
pub(crate) struct Settings {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) version: String,
    pub(crate) ready_at: Instant,
    pub(crate) exit: Option<(Duration, i32)>,
    pub(crate) ignore_term: bool,
    pub(crate) children: usize,
    pub(crate) lines: usize,
}

impl Settings {
    /// Unknown arguments are passed over.
    pub(crate) fn read(arguments: &[String]) -> Settings {
        let value = |name: &str| {
            let given = arguments.iter().filter_map(|argument| argument.strip_prefix("--")?.split_once('='));
            // The last one counts, so that a test can override what its stage says.
            given.rev().find(|(other, _)| *other == name).map(|(_, value)| value)
        };
        let number = |name: &str| value(name).and_then(|text| text.parse::<u64>().ok());
        let code = number("exit-code").unwrap_or(1) as i32;
        Settings {
            host: value("host").unwrap_or("127.0.0.1").to_owned(),
            port: number("port").unwrap_or(0) as u16,
            version: value("version").unwrap_or("1.0.0").to_owned(),
            ready_at: Instant::now() + Duration::from_millis(number("ready-after").unwrap_or(0)),
            exit: number("exit-after").map(|millis| (Duration::from_millis(millis), code)),
            ignore_term: arguments.iter().any(|argument| argument == "--ignore-term"),
            children: number("children").unwrap_or(0) as usize,
            lines: number("lines").unwrap_or(0) as usize,
        }
    }
}
