//! Sections that are one way each, by the labels of their steps: so ways stay one choice whose headings no longer say it.

use super::draft::Draft;
use crate::attributes::is_false;
use crate::document::{BlockKind, Document};

/// What the steps of each section say.
pub(crate) struct Ways {
    /// By section, subsections included.
    labels: Vec<Labels>,
    /// By section: two of its subsections are different ways.
    chooses: Vec<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Labels {
    NoStep,
    /// All steps bear this one.
    One(String),
    /// A step without any counts as well.
    Mixed,
}

// === impl Ways ===

impl Ways {
    pub(crate) fn of(document: &Document, drafts: &[Draft]) -> Ways {
        let count = document.sections.len();
        let mut labels = vec![Labels::NoStep; count];
        for draft in drafts {
            let label = label(draft, document);
            let mut at = Some(draft.section);
            while let Some(section) = at {
                labels[section].add(label);
                at = document.sections[section].parent;
            }
        }
        let mut first: Vec<Option<&str>> = vec![None; count];
        let mut chooses = vec![false; count];
        for (section, found) in labels.iter().enumerate() {
            let (Labels::One(label), Some(parent)) = (found, document.sections[section].parent) else { continue };
            chooses[parent] |= first[parent].get_or_insert(label) != label;
        }
        Ways { labels, chooses }
    }

    /// The section whose ways these are, of which the step in `section` bears `label`.
    pub(super) fn home(&self, document: &Document, section: usize, label: &str) -> usize {
        let is_way = |at: usize| matches!(&self.labels[at], Labels::One(one) if one == label);
        let mut at = section;
        while let Some(parent) = document.sections[at].parent.filter(|_| is_way(at)) {
            if self.chooses[parent] {
                return parent;
            }
            at = parent;
        }
        section
    }
}

// === impl Labels ===

impl Labels {
    fn add(&mut self, label: Option<&str>) {
        let same = matches!((&*self, label), (Labels::One(one), Some(label)) if one == label);
        *self = match (&*self, label) {
            _ if same => return,
            (Labels::NoStep, Some(label)) => Labels::One(label.to_owned()),
            _ => Labels::Mixed,
        };
    }
}

/// Written, else said.
fn label<'a>(draft: &'a Draft, document: &'a Document) -> Option<&'a str> {
    let written = draft.fence.and_then(|(block, _)| match &document.blocks[block].kind {
        BlockKind::Fence(fence) => fence.attributes().0.choose.as_deref(),
        _ => None,
    });
    match written {
        Some(written) if is_false(written) => None,
        Some(written) => Some(written),
        None => draft.alternative.as_ref().map(|label| label.name.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;

    /// The groups of the labelled steps, one for each step, as numbers in order of first mention.
    fn check(text: &str, expected: &[(&str, usize)]) {
        let reading = crate::read(&SourceText::new("a.md", text));
        let steps = reading.runbook.procedures.iter().flat_map(|one| &one.steps);
        let ways: Vec<_> = steps.filter_map(|step| step.alternative.as_ref()).collect();
        let mut groups: Vec<&str> = Vec::new();
        let found: Vec<(&str, usize)> = ways
            .iter()
            .map(|way| {
                let at = groups.iter().position(|group| *group == way.group).unwrap_or(groups.len());
                if at == groups.len() {
                    groups.push(&way.group);
                }
                (way.label.as_str(), at)
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    fn way(heading: &str, attributes: &str) -> String {
        format!("### {heading}\n\n```bash {{{attributes}}}\nmake {}\n```\n\n", heading.len())
    }

    #[test]
    fn sections_that_are_ways_are_one_choice_whatever_their_headings_say() {
        let both = |first: &str, second: &str| format!("# T\n\n## Deploy\n\n{first}{second}");
        let (a, b) = ("choose=\"Option A\"", "choose=\"Option B\"");
        check(&both(&way("Option A: slots", a), &way("Option B: waves", b)), &[("Option A", 0), ("Option B", 0)]);
        check(&both(&way("Slots", a), &way("Option B: waves", b)), &[("Option A", 0), ("Option B", 0)]);
        check(&both(&way("Slots", a), &way("Waves", b)), &[("Option A", 0), ("Option B", 0)]);
        check(&both(&way("Slots", "choose=slots"), &way("Waves", "choose=waves")), &[("slots", 0), ("waves", 0)]);
        let twice = way("Slots", a) + "```bash {choose=\"Option A\"}\nmake more\n```\n\n";
        check(&both(&twice, &way("Waves", b)), &[("Option A", 0), ("Option A", 0), ("Option B", 0)]);
    }

    #[test]
    fn a_label_by_itself_stays_where_it_stands() {
        let text = format!("# T\n\n## Deploy\n\n{}{}", way("Slots", "choose=slots"), way("Waves", "timeout=5m"));
        check(&text, &[("slots", 0)]);
        let inside = "# T\n\n## Deploy\n\n```bash {choose=a}\nmake a\n```\n\n```bash {choose=b}\nmake b\n```\n";
        check(inside, &[("a", 0), ("b", 0)]);
    }
}
