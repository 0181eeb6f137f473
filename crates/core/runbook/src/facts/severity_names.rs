//! Names of severities and of escalation levels.

/// How many bytes of `text` name a severity (`P1`, `SEV-2`, `Critical`, `P1 - Critical`); 0 if it begins with none.
pub(crate) fn severity_len(text: &str) -> usize {
    let coded = coded_len(text);
    if coded > 0 {
        return coded;
    }
    const WORDS: [&str; 12] = [
        "critical",
        "high",
        "medium",
        "moderate",
        "low",
        "major",
        "minor",
        "urgent",
        "emergency",
        "informational",
        "blocker",
        "warning",
    ];
    WORDS.iter().find(|word| starts_with_word(text, word)).map_or(0, |word| word.len())
}

/// How many bytes name a severity by a code (`P1`, `SEV-2`, `S3`, `Severity 1`, `Priority 2`).
pub(crate) fn coded_len(text: &str) -> usize {
    const PREFIXES: [&str; 8] = ["severity", "priority", "urgency", "sev", "prio", "class", "p", "s"];
    for prefix in PREFIXES {
        let Some(head) = text.get(..prefix.len()) else { continue };
        if !head.eq_ignore_ascii_case(prefix) {
            continue;
        }
        let rest = &text[prefix.len()..];
        let gap = rest.len() - rest.trim_start_matches(['-', ' ']).len();
        let gap = if prefix.len() == 1 && gap > 0 { continue } else { gap.min(2) };
        let tail = &rest[gap..];
        let one_digit = tail.starts_with(|c: char| ('0'..='5').contains(&c))
            && !tail[1..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '%'));
        // "Sev-A", "Priority B"
        let one_letter = prefix.len() > 1
            && gap > 0
            && tail.starts_with(|c: char| ('A'..='E').contains(&c))
            && !tail[1..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '\''));
        if one_digit || one_letter {
            return prefix.len() + gap + 1;
        }
    }
    0
}

/// How many bytes of `text` name a level of escalation (`L1`, `Level 2`, `Tier 3`); 0 if it begins with none.
pub(crate) fn level_len(text: &str) -> usize {
    const PREFIXES: [&str; 6] = ["escalation level", "level", "tier", "line", "l", "t"];
    for prefix in PREFIXES {
        let Some(head) = text.get(..prefix.len()) else { continue };
        let rest = &text[prefix.len()..];
        let gap = usize::from(rest.starts_with([' ', '-']));
        if !head.eq_ignore_ascii_case(prefix) || prefix.len() == 1 && gap > 0 {
            continue;
        }
        let tail = &rest[gap..];
        if tail.starts_with(|c: char| c.is_ascii_digit())
            && !tail[1..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '+' | '.'))
        {
            return prefix.len() + gap + 1;
        }
    }
    0
}

/// Whether `text` begins with `word` as a whole word, whatever the case.
pub(crate) fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
        && !text[word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_at_the_start() {
        for (text, name) in [
            ("P1 - Critical", "P1"),
            ("SEV-2: outage", "SEV-2"),
            ("Severity 3", "Severity 3"),
            ("critical", "critical"),
            ("S1", "S1"),
            ("p95 latency", ""),
            ("S3 bucket", "S3"),
            ("Highlights", ""),
        ] {
            assert_eq!(&text[..severity_len(text)], name, "{text}");
        }
        for (text, name) in [
            ("L2: lead", "L2"),
            ("Level 3 (30+ min)", "Level 3"),
            ("Tier 1", "Tier 1"),
            ("Leveled", ""),
            ("L2TP", ""),
            ("t3.micro", ""),
        ] {
            assert_eq!(&text[..level_len(text)], name, "{text}");
        }
    }
}
