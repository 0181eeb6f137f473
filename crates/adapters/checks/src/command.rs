//! The project's own commands: run, shown as they run, judged by their exit status.

use std::collections::VecDeque;
use std::fmt;
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use callsheet_preflight::{Finding, Kind, project};

use crate::files::Folder;

/// Lines of output that a finding keeps; all of it goes to the echo.
const KEPT: usize = 20;

/// Where the output of commands goes as it comes.
pub trait Echo: fmt::Debug {
    /// One line, without its end.
    fn line(&self, line: &str);
}

/// How a command ended.
pub(crate) struct Ended {
    /// `None`: the shell could not be started.
    pub(crate) status: Option<ExitStatus>,
    /// Standard output, whole, up to 64 MiB.
    pub(crate) output: String,
    /// The last lines of both streams.
    pub(crate) tail: Vec<String>,
    /// Seconds.
    pub(crate) took: f64,
}

/// Runs the given command, or the usual ones, one after the other, until one fails.
pub(crate) fn check(folder: &Folder, kind: Kind, line: Option<&str>, echo: &dyn Echo) -> Finding {
    let lines = match line {
        Some(line) => vec![line.to_owned()],
        None => match top(folder) {
            Ok(top) => project::commands(&top, kind),
            Err(error) => return Finding::unknown("cannot look at the folder").evidence(error.to_string()),
        },
    };
    if lines.is_empty() {
        let word = kind.word();
        return Finding::unknown(format!("no usual command for {word} is known here"))
            .hint(format!("name it: `{word}='make {word}'`"));
    }
    let mut evidence = Vec::new();
    for line in &lines {
        let ended = run(folder, line, echo, true);
        let how = match ended.status {
            None => return Finding::unknown(format!("`{line}` cannot be started")).evidences(ended.tail),
            Some(status) => words(status),
        };
        if ended.status.is_some_and(|status| status.code() == Some(127)) {
            return Finding::unknown(format!("`{line}`: there is no such program here")).evidences(ended.tail);
        }
        if !ended.status.is_some_and(|status| status.success()) {
            return Finding::failed(format!("`{line}` {how}")).evidences(evidence).evidences(ended.tail);
        }
        if kind == Kind::FrontEndBuild {
            let warnings = project::warnings(&ended.output);
            if !warnings.is_empty() {
                let what = format!("`{line}` warns, {} times", warnings.len());
                return Finding::failed(what).evidences(warnings).hint("mend what it warns of");
            }
        }
        evidence.push(format!("`{line}` {how} after {:.1} s", ended.took));
        evidence.extend(ended.tail.into_iter().rev().find(|line| !line.trim().is_empty()));
    }
    Finding::passed(format!("{} well", if lines.len() == 1 { "it ended" } else { "they ended" })).evidences(evidence)
}

/// What lies at the project's top.
pub(crate) fn top(folder: &Folder) -> std::io::Result<project::Top> {
    let names = folder.names()?;
    let text = |name: &str| names.contains(name).then(|| folder.text(name)).transpose();
    Ok(project::Top { package_json: text("package.json")?, pyproject: text("pyproject.toml")?, names })
}

/// Runs a line in the shell, without a terminal's input. `shown`: both streams are one and go to the echo; else standard output is a
/// report for the caller alone.
pub(crate) fn run(folder: &Folder, line: &str, echo: &dyn Echo, shown: bool) -> Ended {
    let began = Instant::now();
    let mut command = Command::new("bash");
    // Lines of both streams stay in the order in which they were written only in one pipe.
    let together = format!("exec 2>&1\n{line}");
    command
        .args(["-o", "pipefail", "-c", if shown { &together } else { line }])
        .current_dir(folder.path())
        .env("CI", "true");
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => {
            return Ended { status: None, output: String::new(), tail: vec![format!("bash: {error}")], took: 0.0 };
        }
    };
    echo.line(&format!("$ {line}"));
    let (sender, lines) = std::sync::mpsc::channel();
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let mut whole = String::new();
    let mut tail = VecDeque::new();
    std::thread::scope(|scope| {
        let from_errors = sender.clone();
        scope.spawn(move || forward(errors, &|line| from_errors.send((false, line)).is_ok()));
        scope.spawn(move || forward(output, &|line| sender.send((true, line)).is_ok()));
        for (is_output, line) in lines {
            if is_output && whole.len() < 64 << 20 {
                whole.push_str(&line);
                whole.push('\n');
            }
            if shown || !is_output {
                echo.line(&line);
                tail.push_back(line);
            }
            if tail.len() > KEPT {
                tail.pop_front();
            }
        }
    });
    let status = child.wait();
    if let Err(error) = &status {
        tail.push_back(format!("bash: {error}"));
    }
    Ended { status: status.ok(), output: whole, tail: tail.into(), took: began.elapsed().as_secs_f64() }
}

/// Reads lines until the end or until nobody listens. A stream that cannot be read has ended.
fn forward(stream: Option<impl Read>, to: &dyn Fn(String) -> bool) {
    let Some(stream) = stream else { return };
    let mut reader = BufReader::new(stream);
    let mut bytes = Vec::new();
    while matches!(reader.read_until(b'\n', &mut bytes), Ok(count) if count > 0) {
        let line = String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned();
        bytes.clear();
        if !to(line) {
            return;
        }
    }
}

/// `ended with exit code 2`.
pub(crate) fn words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(0), _) => "ended well".to_owned(),
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
