//! `cargo audit --json`.

use serde_json::Value;

use super::{Advisory, Severity};

pub(super) fn read(report: &Value) -> Option<Vec<Advisory>> {
    let list = report.get("vulnerabilities")?.get("list")?.as_array()?;
    Some(list.iter().map(advisory).collect())
}

fn advisory(entry: &Value) -> Advisory {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).unwrap_or("?").to_owned();
    let cvss = entry.pointer("/advisory/cvss").and_then(Value::as_str);
    let mended = entry.pointer("/versions/patched").and_then(Value::as_array);
    let mended: Vec<&str> = mended.into_iter().flatten().filter_map(Value::as_str).collect();
    Advisory {
        id: text("/advisory/id"),
        package: format!("{} {}", text("/package/name"), text("/package/version")),
        severity: cvss.and_then(score).map_or(Severity::High, Severity::from_score),
        title: text("/advisory/title"),
        mended_in: (!mended.is_empty()).then(|| mended.join(" or ")),
    }
}

/// The base score of a CVSS 3 vector (First.org, "CVSS v3.1 Specification", section 7.1); `None` for other versions.
fn score(vector: &str) -> Option<f64> {
    let metrics = vector.strip_prefix("CVSS:3.")?;
    let value = |name: &str| metrics.split('/').find_map(|part| part.strip_prefix(name)?.strip_prefix(':'));
    let impact_of = |name| {
        Some(match value(name)? {
            "H" => 0.56,
            "L" => 0.22,
            _ => 0.0,
        })
    };
    let changed = value("S")? == "C";
    let base = 1.0 - (1.0 - impact_of("C")?) * (1.0 - impact_of("I")?) * (1.0 - impact_of("A")?);
    let impact = if changed { 7.52 * (base - 0.029) - 3.25 * f64::powi(base - 0.02, 15) } else { 6.42 * base };
    let vector = match value("AV")? {
        "N" => 0.85,
        "A" => 0.62,
        "L" => 0.55,
        _ => 0.2,
    };
    let complexity = if value("AC")? == "L" { 0.77 } else { 0.44 };
    let privileges = match (value("PR")?, changed) {
        ("N", _) => 0.85,
        ("L", false) => 0.62,
        ("L", true) => 0.68,
        (_, false) => 0.27,
        (_, true) => 0.5,
    };
    let interaction = if value("UI")? == "N" { 0.85 } else { 0.62 };
    if impact <= 0.0 {
        return Some(0.0);
    }
    let exploitability = 8.22 * vector * complexity * privileges * interaction;
    let sum = (impact + exploitability) * if changed { 1.08 } else { 1.0 };
    // Rounded up to one decimal, as the specification says.
    Some((sum.min(10.0) * 10.0 - 1e-9).ceil() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_the_specifications() {
        assert_eq!(score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), Some(9.8));
        assert_eq!(score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"), Some(7.5));
        assert_eq!(score("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"), Some(6.1));
        assert_eq!(score("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N"), Some(0.0));
        assert_eq!(score("CVSS:4.0/AV:N"), None);
    }

    #[test]
    fn one_without_a_score_counts_as_high() {
        let report = serde_json::json!({"vulnerabilities": {"list": [{"advisory": {"id": "R-1", "title": "t", "cvss": null},
            "package": {"name": "a", "version": "1"}, "versions": {"patched": []}}]}});
        let found = read(&report).unwrap();
        assert_eq!((found[0].severity, &found[0].mended_in), (Severity::High, &None));
    }
}
