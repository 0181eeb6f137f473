//! Whether a changelog tells of a release.

use crate::Finding;

/// Looks for a heading that names the version, with at least one line beneath it.
pub fn judge(path: &str, text: &str, release: &str) -> Finding {
    let version = release.trim_start_matches('v');
    let mut lines = text.lines().enumerate();
    let Some((at, heading)) = lines.find(|(_, line)| line.starts_with('#') && names(line, version)) else {
        return Finding::failed(format!("{path} says nothing of {version}"))
            .hint(format!("write `## {version}` with what a user would notice"));
    };
    let told = lines.map(|(_, line)| line).take_while(|line| !same_or_higher(line, heading));
    let told = told.filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
    let place = format!("{path}:{}: {}", at + 1, heading.trim());
    match told {
        0 => Finding::failed(format!("the entry of {version} is empty")).evidence(place).hint("say what changed"),
        _ => Finding::passed(format!("{path} tells of {version}")).evidence(place).evidence(format!("{told} lines")),
    }
}

/// `## [1.2.3] - 2026-01-31` names 1.2.3; `## 11.2.3` and `## 1.2.30` do not.
fn names(line: &str, version: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
    line.split(|c: char| !part(c)).any(|word| word.trim_start_matches('v') == version)
}

fn same_or_higher(line: &str, heading: &str) -> bool {
    let level = |line: &str| line.bytes().take_while(|&byte| byte == b'#').count();
    (1..=level(heading)).contains(&level(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    const TEXT: &str = "# Changes\n\n## [1.2.3] - 2026-01-31\n\n### Fixed\n\n- it\n\n## v1.2.2\n\n## 1.2.1\n- old\n";

    #[test]
    fn an_entry_has_a_heading_and_lines() {
        let finding = judge("CHANGELOG.md", TEXT, "v1.2.3");
        assert_eq!((finding.verdict, finding.evidence.len()), (Verdict::Passed, 2));
        assert_eq!(finding.evidence[0], "CHANGELOG.md:3: ## [1.2.3] - 2026-01-31");
        assert_eq!(judge("CHANGELOG.md", TEXT, "1.2.2").what, "the entry of 1.2.2 is empty");
        assert_eq!(judge("CHANGELOG.md", TEXT, "1.2").what, "CHANGELOG.md says nothing of 1.2");
        assert_eq!(judge("CHANGELOG.md", TEXT, "1.2.30").verdict, Verdict::Failed);
    }
}
