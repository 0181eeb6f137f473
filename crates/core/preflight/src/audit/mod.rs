//! Known vulnerabilities, from what an audit program says.

mod cargo;
mod npm;
mod pip;

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::Finding;

/// How bad. One without a severity of its own counts as high: nobody said that it is harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// CVSS below 4, `low`, `info`.
    Low,
    /// CVSS 4 to 6.9, `moderate`, `medium`.
    Medium,
    /// CVSS 7 to 8.9.
    High,
    /// CVSS from 9.
    Critical,
}

/// One known vulnerability of a dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advisory {
    /// `RUSTSEC-2024-0001`, `GHSA-…`, `PYSEC-…`.
    pub id: String,
    /// The dependency with its version if known.
    pub package: String,
    /// How bad.
    pub severity: Severity,
    /// In words.
    pub title: String,
    /// The version that mends it, if there is one.
    pub mended_in: Option<String>,
}

/// Reads a report in JSON as `cargo audit`, `npm audit` or `pip-audit` writes it. `Err`: why it is none of these.
pub fn read(text: &str) -> Result<Vec<Advisory>, String> {
    let report: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
    let readers = [cargo::read, npm::read, pip::read];
    readers.iter().find_map(|read| read(&report)).ok_or_else(|| {
        "it is not what `cargo audit --json`, `npm audit --json` or `pip-audit --format json` writes".to_owned()
    })
}

/// Whether there is none of `from` or worse. `source`: the report's path or the program that was run.
pub fn judge(source: &str, text: &str, from: Severity) -> Finding {
    let mut found = match read(text) {
        Ok(found) => found,
        Err(why) => return Finding::unknown(format!("the report of {source} cannot be read")).evidence(why),
    };
    found.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
    found.dedup();
    let bad = found.iter().filter(|one| one.severity >= from).count();
    let below = found.len() - bad;
    let lines = found.iter().map(ToString::to_string);
    if bad == 0 {
        let what = match below {
            0 => format!("{source} knows of no vulnerability"),
            _ => format!("{source} knows of none of severity {from} or worse, and {below} below it"),
        };
        return Finding::passed(what).evidences(lines);
    }
    let plural = if bad == 1 { "vulnerability" } else { "vulnerabilities" };
    Finding::failed(format!("{source} knows of {bad} {plural} of severity {from} or worse"))
        .evidences(lines)
        .hint("update what is named, or record why it does not apply in the audit program's own ignore list")
}

impl Severity {
    /// From a CVSS base score.
    fn from_score(score: f64) -> Severity {
        match score {
            score if score >= 9.0 => Severity::Critical,
            score if score >= 7.0 => Severity::High,
            score if score >= 4.0 => Severity::Medium,
            _ => Severity::Low,
        }
    }
}

impl FromStr for Severity {
    type Err = ();

    fn from_str(text: &str) -> Result<Severity, ()> {
        match text.to_ascii_lowercase().as_str() {
            "low" | "info" | "none" => Ok(Severity::Low),
            "medium" | "moderate" => Ok(Severity::Medium),
            "high" => Ok(Severity::High),
            "critical" => Ok(Severity::Critical),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        })
    }
}

/// `high RUSTSEC-2024-0001 in thing 1.0.0: it panics (mended in >=1.0.1)`.
impl fmt::Display for Advisory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} in {}: {}", self.severity, self.id, self.package, self.title)?;
        self.mended_in.as_ref().map_or(Ok(()), |version| write!(f, " (mended in {version})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    const CARGO: &str = r#"{"vulnerabilities": {"found": true, "count": 1, "list": [{"advisory": {"id": "RUSTSEC-2030-0001",
        "title": "reads past the end", "cvss": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}, "versions": {"patched": [">=1.0.1"]},
        "package": {"name": "thing", "version": "1.0.0"}}]}, "warnings": {}}"#;

    #[test]
    fn the_severity_decides() {
        let high = judge("cargo audit", CARGO, Severity::High);
        assert_eq!(high.what, "cargo audit knows of 1 vulnerability of severity high or worse");
        assert_eq!(high.evidence, ["high RUSTSEC-2030-0001 in thing 1.0.0: reads past the end (mended in >=1.0.1)"]);
        assert_eq!(judge("cargo audit", CARGO, Severity::Critical).verdict, Verdict::Passed);
    }

    #[test]
    fn a_strange_report_is_no_pass() {
        assert_eq!(judge("x", "{}", Severity::Low).verdict, Verdict::Unknown);
        assert_eq!(judge("x", "error: no lock file", Severity::Low).verdict, Verdict::Unknown);
    }
}
