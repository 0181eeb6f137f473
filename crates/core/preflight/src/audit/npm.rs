//! `npm audit --json`, version 2 of its report (npm 7 and later).

use serde_json::Value;

use super::{Advisory, Severity};

pub(super) fn read(report: &Value) -> Option<Vec<Advisory>> {
    report.get("auditReportVersion")?.as_u64().filter(|&version| version == 2)?;
    let packages = report.get("vulnerabilities")?.as_object()?;
    Some(packages.iter().flat_map(|(name, entry)| advisories(name, entry)).collect())
}

/// Entries of `via` that are texts name another package of the same report, where the advisory stands.
fn advisories(name: &str, entry: &Value) -> Vec<Advisory> {
    let via = entry.get("via").and_then(Value::as_array).into_iter().flatten();
    let mended_in = match entry.get("fixAvailable") {
        Some(Value::Object(fix)) => fix.get("version").and_then(Value::as_str).map(|version| {
            let package = fix.get("name").and_then(Value::as_str).unwrap_or(name);
            format!("{package} {version}")
        }),
        _ => None,
    };
    via.filter(|one| one.is_object())
        .map(|one| {
            let text = |field: &str| one.get(field).and_then(Value::as_str).unwrap_or("?");
            let id = text("url").rsplit('/').next().unwrap_or("?").to_owned();
            Advisory {
                id,
                package: format!("{name} {}", text("range")),
                severity: text("severity").parse().unwrap_or(Severity::High),
                title: text("title").to_owned(),
                mended_in: mended_in.clone(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advisory_counts_not_those_it_reaches() {
        let report = serde_json::json!({"auditReportVersion": 2, "vulnerabilities": {
            "left": {"via": ["pad"], "severity": "high", "fixAvailable": true},
            "pad": {"via": [{"url": "https://github.com/advisories/GHSA-aaaa", "title": "slow", "severity": "moderate", "range": "<2.0.0"}],
                    "fixAvailable": {"name": "pad", "version": "2.0.0", "isSemVerMajor": true}}}});
        let found = read(&report).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].to_string(), "medium GHSA-aaaa in pad <2.0.0: slow (mended in pad 2.0.0)");
        assert_eq!(read(&serde_json::json!({"auditReportVersion": 1})), None);
    }
}
