//! The checks by name, as a runbook writes them: `clean-tree`, `coverage=80`, `tests='make test'`.

use std::fmt;
use std::str::FromStr;

use crate::audit::Severity;

/// One check with its setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// Nothing is changed and nothing untracked.
    CleanTree,
    /// This branch is checked out, and holds all that its upstream has.
    Branch(String),
    /// The commit carries this tag; without a name, the release's.
    Tag(Option<String>),
    /// `CHANGELOG.md` has an entry for the release.
    Changelog,
    /// There is a README, and it is not older than the release's own documents say.
    Readme,
    /// The API document's version is the release's; without a path, the usual names are looked for.
    ApiDocs(Option<String>),
    /// Dependencies, base images and actions are pinned.
    Pinned,
    /// One of the project's own commands ends well; without one, the usual one of each kind of project that is there.
    Command(Kind, Option<String>),
    /// Lines covered by tests, in percent, from an lcov or Cobertura report; without a path, the usual names are looked for.
    Coverage {
        /// 0 to 100.
        least: f64,
        /// The report.
        report: Option<String>,
    },
    /// No known vulnerability of this severity or above, as the audit programs of each kind of project (or a report) say.
    Audit {
        /// The least that fails.
        from: Severity,
        /// A report of `cargo audit`, `npm audit` or `pip-audit`, in place of a run.
        report: Option<String>,
    },
    /// A test run's report in JUnit's format tells of tests, and of none that failed.
    TestReport(String),
    /// The built front end is there, whole, and not older than its sources; without a folder, the usual names are looked for.
    FrontEnd(Option<String>),
}

/// What one of the project's own commands does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Unit and integration tests.
    Tests,
    /// Lint.
    Lint,
    /// Type check.
    Types,
    /// Formatting.
    Format,
    /// End-to-end tests.
    EndToEnd,
    /// The front end's build; a line that warns fails, too.
    FrontEndBuild,
    /// Anything else.
    Other,
}

/// Why a text names no check.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// No check has this name.
    #[error("there is no check `{name}`: there are {}", NAMES.join(", "))]
    Unknown {
        /// As written.
        name: String,
    },
    /// The setting is missing or wrong.
    #[error("`{check}` needs {needs}")]
    Setting {
        /// As written.
        check: String,
        /// What, with an example.
        needs: &'static str,
    },
}

/// All names, in the order in which the checks are made if none is named.
pub const NAMES: [&str; 18] = [
    "clean-tree",
    "branch",
    "tag",
    "changelog",
    "readme",
    "api-docs",
    "pinned",
    "format",
    "lint",
    "types",
    "tests",
    "end-to-end",
    "command",
    "test-report",
    "coverage",
    "audit",
    "front-end-build",
    "front-end",
];

impl Kind {
    /// As a check's name.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Tests => "tests",
            Kind::Lint => "lint",
            Kind::Types => "types",
            Kind::Format => "format",
            Kind::EndToEnd => "end-to-end",
            Kind::FrontEndBuild => "front-end-build",
            Kind::Other => "command",
        }
    }
}

impl FromStr for Check {
    type Err = CheckError;

    fn from_str(text: &str) -> Result<Check, CheckError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned()).filter(|value| !value.is_empty())),
            None => (text, None),
        };
        let needs = |needs| CheckError::Setting { check: text.to_owned(), needs };
        let bare = |check: Check| if value.is_none() { Ok(check) } else { Err(needs("no setting")) };
        Ok(match name {
            "clean-tree" => bare(Check::CleanTree)?,
            "branch" => Check::Branch(value.ok_or_else(|| needs("a branch: `branch=main`"))?),
            "tag" => Check::Tag(value),
            "changelog" => bare(Check::Changelog)?,
            "readme" => bare(Check::Readme)?,
            "api-docs" => Check::ApiDocs(value),
            "pinned" => bare(Check::Pinned)?,
            "tests" => Check::Command(Kind::Tests, value),
            "lint" => Check::Command(Kind::Lint, value),
            "types" => Check::Command(Kind::Types, value),
            "format" => Check::Command(Kind::Format, value),
            "end-to-end" => Check::Command(Kind::EndToEnd, value),
            "front-end-build" => Check::Command(Kind::FrontEndBuild, value),
            "command" => {
                Check::Command(Kind::Other, Some(value.ok_or_else(|| needs("a command: `command='make licences'`"))?))
            }
            "coverage" => {
                let (least, report) = with_report(value.as_deref().unwrap_or("80"));
                let least = least.trim_end_matches('%').parse().ok().filter(|least| (0.0..=100.0).contains(least));
                Check::Coverage { least: least.ok_or_else(|| needs("a percentage: `coverage=80`"))?, report }
            }
            "audit" => {
                let (from, report) = with_report(value.as_deref().unwrap_or("low"));
                let from = from.parse().map_err(|()| needs("a severity: low, medium, high or critical"))?;
                Check::Audit { from, report }
            }
            "test-report" => Check::TestReport(value.ok_or_else(|| needs("a file: `test-report=results/junit.xml`"))?),
            "front-end" => Check::FrontEnd(value),
            _ => return Err(CheckError::Unknown { name: name.to_owned() }),
        })
    }
}

/// `80:target/lcov.info` → the setting and the report's path.
fn with_report(text: &str) -> (&str, Option<String>) {
    match text.split_once(':') {
        Some((setting, report)) => (setting, Some(report.to_owned())),
        None => (text, None),
    }
}

/// As a runbook writes it.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = |f: &mut fmt::Formatter<'_>, name: &str, value: &Option<String>| match value {
            Some(value) => write!(f, "{name}={value}"),
            None => f.write_str(name),
        };
        match self {
            Check::CleanTree => f.write_str("clean-tree"),
            Check::Branch(name) => write!(f, "branch={name}"),
            Check::Tag(name) => with(f, "tag", name),
            Check::Changelog => f.write_str("changelog"),
            Check::Readme => f.write_str("readme"),
            Check::ApiDocs(path) => with(f, "api-docs", path),
            Check::Pinned => f.write_str("pinned"),
            Check::Command(kind, command) => with(f, kind.word(), command),
            Check::Coverage { least, report } => {
                with(f, &format!("coverage={least}"), &None)?;
                report.as_ref().map_or(Ok(()), |report| write!(f, ":{report}"))
            }
            Check::Audit { from, report } => {
                write!(f, "audit={from}")?;
                report.as_ref().map_or(Ok(()), |report| write!(f, ":{report}"))
            }
            Check::TestReport(path) => write!(f, "test-report={path}"),
            Check::FrontEnd(folder) => with(f, "front-end", folder),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        for text in [
            "clean-tree",
            "branch=main",
            "tag",
            "tag=v1.2.3",
            "changelog",
            "readme",
            "api-docs=docs/openapi.json",
            "pinned",
            "tests=make test",
            "lint",
            "coverage=80",
            "coverage=82.5:target/lcov.info",
            "audit=high",
            "audit=low:audit.json",
            "test-report=results/junit.xml",
            "front-end=web/dist",
        ] {
            assert_eq!(text.parse::<Check>().unwrap().to_string(), text);
        }
        assert_eq!("coverage=80%".parse(), Ok(Check::Coverage { least: 80.0, report: None }));
    }

    #[test]
    fn says_what_is_wrong() {
        let refuse = |text: &str| text.parse::<Check>().unwrap_err().to_string();
        assert!(refuse("clean").starts_with("there is no check `clean`: there are clean-tree, branch"));
        assert_eq!(refuse("coverage=most"), "`coverage=most` needs a percentage: `coverage=80`");
        assert_eq!(refuse("audit=bad"), "`audit=bad` needs a severity: low, medium, high or critical");
        assert_eq!(refuse("branch"), "`branch` needs a branch: `branch=main`");
        assert_eq!(refuse("pinned=all"), "`pinned=all` needs no setting");
    }

    #[test]
    fn every_name_is_read() {
        for name in NAMES {
            let text = match name {
                "branch" | "command" | "test-report" => format!("{name}=x"),
                _ => name.to_owned(),
            };
            assert!(text.parse::<Check>().is_ok(), "{name}");
        }
    }
}
