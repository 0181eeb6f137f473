//! `pip-audit --format json`. It knows no severities, so each counts as high.

use serde_json::Value;

use super::{Advisory, Severity};

pub(super) fn read(report: &Value) -> Option<Vec<Advisory>> {
    // Before 2.4 the list itself was the report.
    let list = report.get("dependencies").unwrap_or(report).as_array()?;
    if !list.iter().all(|one| one.get("name").is_some()) {
        return None;
    }
    Some(list.iter().flat_map(advisories).collect())
}

fn advisories(dependency: &Value) -> Vec<Advisory> {
    let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or("?").to_owned();
    let package = format!("{} {}", text(dependency, "name"), text(dependency, "version"));
    let known = dependency.get("vulns").and_then(Value::as_array).into_iter().flatten();
    known
        .map(|one| {
            let fixes = one.get("fix_versions").and_then(Value::as_array).into_iter().flatten();
            let fixes: Vec<&str> = fixes.filter_map(Value::as_str).collect();
            let title = text(one, "description");
            let title = title.lines().next().unwrap_or_default();
            Advisory {
                id: text(one, "id"),
                package: package.clone(),
                severity: Severity::High,
                title: title.chars().take(120).collect(),
                mended_in: (!fixes.is_empty()).then(|| fixes.join(" or ")),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let one = serde_json::json!({"name": "wheel", "version": "0.37", "vulns":
            [{"id": "PYSEC-1", "fix_versions": ["0.38.1"], "description": "slow regex\nmore"}]});
        let expected = "high PYSEC-1 in wheel 0.37: slow regex (mended in 0.38.1)";
        for report in [serde_json::json!([one]), serde_json::json!({"dependencies": [one, {"name": "x", "vulns": []}]})]
        {
            let found: Vec<String> = read(&report).unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(found, [expected]);
        }
        assert_eq!(read(&serde_json::json!({})), None);
    }
}
