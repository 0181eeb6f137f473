//! Reports that other programs write: coverage and known vulnerabilities.

use callsheet_preflight::audit::{self, Severity};
use callsheet_preflight::{Finding, Verdict, coverage, project};

use crate::command::{self, Echo};
use crate::files::{Folder, modified};
use crate::{git, unreadable};

/// Finds or takes the report and judges it.
pub(crate) fn coverage(folder: &Folder, least: f64, report: Option<&str>) -> Finding {
    let names: Vec<&str> = report.map_or(coverage::USUAL.to_vec(), |report| vec![report]);
    match folder.first(&names) {
        Some((path, Ok(text))) => match newer_than(folder, &path) {
            Ok(newer) => coverage::judge(&path, &text, least, newer.as_deref()),
            Err(finding) => *finding,
        },
        Some((path, Err(error))) => unreadable(&path, &error),
        None => Finding::unknown(format!("there is none of {}", names.join(", ")))
            .hint("run the tests with coverage, or name the report: `coverage=80:path/to/lcov.info`"),
    }
}

/// A tracked source file that was written after the report.
fn newer_than(folder: &Folder, report: &str) -> Result<Option<String>, Box<Finding>> {
    let unknown = |path: &str, error: std::io::Error| Box::new(unreadable(path, &error));
    let written = modified(&folder.at(report)).map_err(|error| unknown(report, error))?;
    let ends =
        [".rs", ".ts", ".tsx", ".js", ".jsx", ".py", ".go", ".java", ".kt", ".rb", ".c", ".cc", ".cpp", ".cs", ".php"];
    for path in git::tracked(folder.path())? {
        let Some(path) = path.to_str().filter(|path| ends.iter().any(|end| path.ends_with(end))) else { continue };
        match modified(&folder.at(path)) {
            Ok(at) if at > written => return Ok(Some(path.to_owned())),
            Ok(_) => {}
            // Tracked and deleted: the check of the working tree says so.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(unknown(path, error)),
        }
    }
    Ok(None)
}

/// Judges the named report, or what each audit program of the project says.
pub(crate) fn audit(folder: &Folder, from: Severity, report: Option<&str>, echo: &dyn Echo) -> Finding {
    if let Some(path) = report {
        return match folder.text(path) {
            Ok(text) => audit::judge(path, &text, from),
            Err(error) => unreadable(path, &error),
        };
    }
    let top = match command::top(folder) {
        Ok(top) => top,
        Err(error) => return Finding::unknown("cannot look at the folder").evidence(error.to_string()),
    };
    let lines = project::audits(&top);
    if lines.is_empty() {
        return Finding::unknown("there is no lock file that an audit program reads")
            .hint("name a report: `audit=low:audit.json`");
    }
    let mut all = Vec::new();
    for line in lines {
        let ended = command::run(folder, line, echo, false);
        let program: Vec<&str> = line.split_whitespace().take(2).collect();
        let name = if program[0] == "pip-audit" { "pip-audit".to_owned() } else { program.join(" ") };
        // The exit status says only that something was found; a program that is missing leaves no report.
        if ended.output.trim().is_empty() {
            return Finding::unknown(format!("{name} gave no report"))
                .evidences(ended.tail)
                .hint(format!("see that `{line}` works here, or name a report: `audit={from}:audit.json`"));
        }
        let mut finding = audit::judge(&name, &ended.output, from);
        if finding.verdict == Verdict::Unknown {
            finding = finding.evidences(ended.tail).hint(format!("see that `{line}` works here, or name a report"));
        }
        if finding.verdict != Verdict::Passed {
            return finding;
        }
        all.push(finding);
    }
    let what: Vec<String> = all.iter().map(|finding| finding.what.clone()).collect();
    let evidence = all.into_iter().flat_map(|finding| finding.evidence);
    Finding::passed(what.join("; ")).evidences(evidence)
}
