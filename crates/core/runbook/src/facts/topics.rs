//! What a heading or an introducing line says that the lines below it are about.

use std::ops::BitOr;
use std::sync::LazyLock;

/// A set of topics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Topics(u32);

impl Topics {
    /// When to roll back.
    pub const TRIGGER: Topics = Topics(1);
    /// Undoing.
    pub const ROLLBACK: Topics = Topics(2);
    /// Who is called next.
    pub const ESCALATION: Topics = Topics(4);
    /// How bad it is.
    pub const SEVERITY: Topics = Topics(8);
    /// What calls somebody.
    pub const ALERT: Topics = Topics(16);
    /// What is seen when something is wrong.
    pub const SYMPTOM: Topics = Topics(32);
    /// What should hold.
    pub const OBJECTIVE: Topics = Topics(64);
    /// What happens when.
    pub const SCHEDULE: Topics = Topics(128);
    /// Who is reached how.
    pub const CONTACT: Topics = Topics(256);
    /// Version, owner, reviews.
    pub const CONTROL: Topics = Topics(512);
    /// Variables and secrets.
    pub const VARIABLES: Topics = Topics(1024);
    /// Messages.
    pub const TEMPLATE: Topics = Topics(2048);
    /// Work that is done: procedures, causes, fixes.
    pub const WORK: Topics = Topics(4096);

    /// Whether they have a topic in common.
    pub fn has(self, other: Topics) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Topics {
    type Output = Topics;

    fn bitor(self, other: Topics) -> Topics {
        Topics(self.0 | other.0)
    }
}

const PHRASES: &[(&str, Topics)] = &[
    ("go back when", Topics::TRIGGER),
    ("go back if", Topics::TRIGGER),
    ("go back as soon as", Topics::TRIGGER),
    ("switch back when", Topics::TRIGGER),
    ("switch back if", Topics::TRIGGER),
    ("back out when", Topics::TRIGGER),
    ("back out if", Topics::TRIGGER),
    ("undo when", Topics::TRIGGER),
    ("undo if", Topics::TRIGGER),
    ("abort when", Topics::TRIGGER),
    ("revert when", Topics::TRIGGER),
    ("stop the rollout if", Topics::TRIGGER),
    ("stop the rollout when", Topics::TRIGGER),
    ("halt the rollout if", Topics::TRIGGER),
    ("who to call", Topics::ESCALATION),
    ("who is called", Topics::ESCALATION),
    ("call chain", Topics::ESCALATION),
    ("chain of command", Topics::ESCALATION),
    ("paging order", Topics::ESCALATION),
    ("incident class", Topics::SEVERITY),
    ("classes of incident", Topics::SEVERITY),
    ("paging rule", Topics::ALERT),
    ("trigger condition", Topics::TRIGGER),
    ("rollback trigger", Topics::TRIGGER),
    ("triggers for rollback", Topics::TRIGGER),
    ("rollback condition", Topics::TRIGGER),
    ("rollback criteria", Topics::TRIGGER),
    ("criteria for rollback", Topics::TRIGGER),
    ("rollback threshold", Topics::TRIGGER),
    ("rollback decision", Topics::TRIGGER),
    ("rollback required", Topics::TRIGGER),
    ("rollback is required", Topics::TRIGGER),
    ("must roll back", Topics::TRIGGER),
    ("when to rollback", Topics::TRIGGER),
    ("when to roll back", Topics::TRIGGER),
    ("when should we roll", Topics::TRIGGER),
    ("when to revert", Topics::TRIGGER),
    ("when to abort", Topics::TRIGGER),
    ("rollback if", Topics::TRIGGER),
    ("rollback when", Topics::TRIGGER),
    ("roll back if", Topics::TRIGGER),
    ("roll back when", Topics::TRIGGER),
    ("roll back immediately if", Topics::TRIGGER),
    ("rollback immediately if", Topics::TRIGGER),
    ("rolled back if", Topics::TRIGGER),
    ("rolled back when", Topics::TRIGGER),
    ("abort criteria", Topics::TRIGGER),
    ("abort condition", Topics::TRIGGER),
    ("abort if", Topics::TRIGGER),
    ("abort the rollout if", Topics::TRIGGER),
    ("revert if", Topics::TRIGGER),
    ("rollback", Topics::ROLLBACK),
    ("roll back", Topics::ROLLBACK),
    ("rolling back", Topics::ROLLBACK),
    ("revert", Topics::ROLLBACK),
    ("back out", Topics::ROLLBACK),
    ("backout", Topics::ROLLBACK),
    ("escalat", Topics::ESCALATION),
    ("severity", Topics::SEVERITY),
    ("severities", Topics::SEVERITY),
    ("priority level", Topics::SEVERITY),
    ("priorities", Topics::SEVERITY),
    ("incident level", Topics::SEVERITY),
    ("incident classification", Topics::SEVERITY),
    ("alert", Topics::ALERT),
    ("alarm", Topics::ALERT),
    ("threshold", Topics::ALERT),
    ("symptom", Topics::SYMPTOM),
    ("warning sign", Topics::SYMPTOM),
    ("signs of", Topics::SYMPTOM),
    ("detection", Topics::SYMPTOM),
    ("indications", Topics::SYMPTOM),
    ("slo", Topics::OBJECTIVE),
    ("slos", Topics::OBJECTIVE),
    ("sla", Topics::OBJECTIVE),
    ("slas", Topics::OBJECTIVE),
    ("sli", Topics::OBJECTIVE),
    ("slis", Topics::OBJECTIVE),
    ("service level", Topics::OBJECTIVE),
    ("service-level", Topics::OBJECTIVE),
    ("objective", Topics::OBJECTIVE),
    ("target", Topics::OBJECTIVE),
    ("benchmark", Topics::OBJECTIVE),
    ("kpi", Topics::OBJECTIVE),
    ("kpis", Topics::OBJECTIVE),
    ("key metric", Topics::OBJECTIVE),
    ("success criteria", Topics::OBJECTIVE),
    ("success metric", Topics::OBJECTIVE),
    ("acceptance", Topics::OBJECTIVE),
    ("expected", Topics::OBJECTIVE),
    ("goals", Topics::OBJECTIVE),
    ("schedule", Topics::SCHEDULE),
    ("maintenance", Topics::SCHEDULE),
    ("cadence", Topics::SCHEDULE),
    ("routine", Topics::SCHEDULE),
    ("recurring", Topics::SCHEDULE),
    ("periodic", Topics::SCHEDULE),
    ("contact", Topics::CONTACT),
    ("on-call", Topics::CONTACT),
    ("on call", Topics::CONTACT),
    ("support team", Topics::CONTACT),
    ("document control", Topics::CONTROL),
    ("document information", Topics::CONTROL),
    ("document history", Topics::CONTROL),
    ("document info", Topics::CONTROL),
    ("metadata", Topics::CONTROL),
    ("about this document", Topics::CONTROL),
    ("environment variable", Topics::VARIABLES),
    ("env var", Topics::VARIABLES),
    ("variables", Topics::VARIABLES),
    ("secrets", Topics::VARIABLES),
    ("credentials", Topics::VARIABLES),
    ("configuration", Topics::VARIABLES),
    ("config", Topics::VARIABLES),
    ("template", Topics::TEMPLATE),
    ("communication", Topics::TEMPLATE),
    ("notification", Topics::TEMPLATE),
    ("announcement", Topics::TEMPLATE),
    ("solution", Topics::WORK),
    ("resolution", Topics::WORK),
    ("diagnos", Topics::WORK),
    ("procedure", Topics::WORK),
];

/// Per first letter: the phrases that begin with it, longest first.
static BY_LETTER: LazyLock<[Vec<(&str, Topics)>; 26]> = LazyLock::new(|| {
    let mut by_letter: [Vec<(&str, Topics)>; 26] = Default::default();
    for &(phrase, topics) in PHRASES {
        by_letter[usize::from(phrase.as_bytes()[0] - b'a')].push((phrase, topics));
    }
    by_letter.iter_mut().for_each(|phrases| phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len())));
    by_letter
});

/// The topics that `label` (lower case) names. Phrases begin at a word's start; the short ones are whole words.
pub(crate) fn topics_of(label: &str) -> Topics {
    let by_letter = &*BY_LETTER;
    let bytes = label.as_bytes();
    let mut topics = Topics::default();
    let mut at = 0;
    while at < bytes.len() {
        let begins = bytes[at].is_ascii_lowercase() && !(at > 0 && bytes[at - 1].is_ascii_alphanumeric());
        let named = begins.then(|| {
            by_letter[usize::from(bytes[at] - b'a')].iter().find(|(phrase, _)| {
                bytes[at..].starts_with(phrase.as_bytes())
                    && (phrase.len() > 4 || !bytes.get(at + phrase.len()).is_some_and(u8::is_ascii_alphanumeric))
            })
        });
        match named.flatten() {
            Some((phrase, found)) => {
                topics = topics | *found;
                at += phrase.len();
            }
            None => at += 1,
        }
    }
    topics
}

/// A label's topics are those of what stands before its colon, if much stands behind it.
pub(super) fn label_part(lower: &str) -> &str {
    match lower.split_once(':') {
        Some((label, rest)) if !rest.trim().is_empty() && label.len() <= 60 => label,
        _ if lower.len() > 200 => {
            let mut end = 200;
            while !lower.is_char_boundary(end) {
                end -= 1;
            }
            &lower[..end]
        }
        _ => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_topics() {
        assert!(topics_of("when to roll back").has(Topics::TRIGGER));
        assert!(topics_of("alerts and slos").has(Topics::OBJECTIVE));
        assert!(!topics_of("slow pages").has(Topics::OBJECTIVE));
        assert!(topics_of("overview").is_empty());
    }
}
