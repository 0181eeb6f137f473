//! Adoption as a whole: propose, edit, read again, take back what changed its meaning.

use std::collections::BTreeSet;

use callsheet_diag::{Severity, SourceText};
use callsheet_runbook::{Document, Reading, read};

use crate::edit::{Edit, apply};
use crate::facts;
use crate::front::{Front, Section};
use crate::parameters::undeclared;
use crate::places::{Key, Places, steps};
use crate::proposal::Proposal;
use crate::same::{Difference, same};
use crate::summary::{Part, Summary};

/// The diagnostic of front matter that cannot be read.
const BAD_FRONT_MATTER: u16 = 13;

/// How often steps are taken back before everything is.
const TRIES: usize = 8;

/// How often what was taken back is tried again, beside what was kept.
const ROUNDS: usize = 4;

/// The adopted text and what was done.
#[derive(Clone, Debug)]
pub struct Adoption {
    /// The whole text.
    pub text: String,
    /// What was adopted, and what was left.
    pub summary: Summary,
}

/// Writes down what the reader concluded, but for the parts to leave. The text differs only in info strings, in front matter, and in
/// blocks that became HTTP flows; read again, it plans the same steps. Linear in the text's length.
pub fn adopt(source: &SourceText, leave: &[Part]) -> Adoption {
    let mut adoption = round(source, leave);
    let mut again = adoption.retreated;
    let mut rounds = 1;
    // What was taken back for another's sake may stand now.
    while again && rounds < ROUNDS {
        let text = SourceText::new(source.file.clone(), adoption.text.as_str());
        let later = round(&text, leave);
        again = later.retreated && later.text != adoption.text;
        adoption.text = later.text;
        adoption.summary.then(later.summary);
        rounds += 1;
    }
    Adoption { text: adoption.text, summary: adoption.summary }
}

/// What one round made.
struct Round {
    text: String,
    summary: Summary,
    retreated: bool,
}

/// What goes into the front matter.
#[derive(Default)]
struct Declared {
    parameters: Option<Section>,
    names: Vec<String>,
    facts: Option<Section>,
    count: usize,
}

fn round(source: &SourceText, leave: &[Part]) -> Round {
    let reading = read(source);
    let document = Document::read(source);
    let places = Places::of(&document);
    let mut summary = Summary::default();
    let mut proposals = Vec::new();
    let mut used = BTreeSet::new();
    for (key, step) in steps(&reading.runbook) {
        match places.fence(step) {
            // A block belongs to one step.
            Some(fence) if used.insert(fence.info_span.start) => {
                proposals.push(Proposal::of(key, step, fence, source, leave));
            }
            Some(_) => {}
            None => summary.prose += 1,
        }
    }
    let front = Front::of(source, &document);
    let mut declared = declare(&reading, &front, leave, &mut summary);
    let (text, retreated) = settle(source, &reading, &front, &mut proposals, &mut declared, &mut summary);
    proposals.iter().for_each(|proposal| proposal.tell(&mut summary));
    summary.parameters = declared.names;
    summary.facts = declared.count;
    summary.left.sort_by_key(|left| left.line);
    Round { text, summary, retreated }
}

/// Makes the edits; takes back those that change what the text says, until none does.
fn settle(
    source: &SourceText,
    before: &Reading,
    front: &Front,
    proposals: &mut [Proposal],
    declared: &mut Declared,
    summary: &mut Summary,
) -> (String, bool) {
    let mut retreated = false;
    for _ in 0..TRIES {
        let top = front_edits(front, declared);
        if top.is_empty() && !proposals.iter().any(Proposal::is_active) {
            break;
        }
        let text = apply(source.text(), proposals.iter().flat_map(Proposal::edits).chain(&top).collect());
        let after = read(&SourceText::new(source.file.clone(), text.as_str()));
        let flows: BTreeSet<Key> = proposals.iter().filter(|one| one.is_flow()).map(|one| one.key).collect();
        let found = same(&before.runbook, &after.runbook, &flows);
        if found.is_ok() && errors(&after) <= errors(before) {
            return (text, retreated);
        }
        retreated = true;
        let steps: BTreeSet<Key> = match found {
            Err(Difference::Steps(steps)) => steps.into_iter().collect(),
            Err(Difference::Facts) if declared.facts.is_some() => {
                declared.drop_facts("written down, they would be read otherwise", summary);
                continue;
            }
            _ => BTreeSet::new(),
        };
        let mut any = false;
        for proposal in proposals.iter_mut().filter(|one| steps.contains(&one.key) && one.is_active()) {
            proposal.retreat();
            any = true;
        }
        if any {
            continue;
        }
        let flows: Vec<&mut Proposal> = proposals.iter_mut().filter(|one| one.is_flow()).collect();
        if !flows.is_empty() {
            flows.into_iter().for_each(Proposal::retreat);
        } else if declared.facts.is_some() || declared.parameters.is_some() {
            declared.drop_facts("written down, the text would be read otherwise", summary);
            declared.drop_parameters("declared, the text would be read otherwise", summary);
        } else {
            proposals.iter_mut().filter(|one| one.is_active()).for_each(Proposal::retreat);
        }
    }
    proposals.iter_mut().filter(|one| one.is_active()).for_each(|one| {
        one.retreat();
        one.retreat();
    });
    declared.drop_facts("written down, the text would be read otherwise", summary);
    declared.drop_parameters("declared, the text would be read otherwise", summary);
    (source.text().to_owned(), false)
}

fn errors(reading: &Reading) -> usize {
    reading.diagnostics.iter().filter(|one| one.severity == Severity::Error).count()
}

fn front_edits(front: &Front, declared: &Declared) -> Vec<Edit> {
    let sections = [&declared.parameters, &declared.facts].into_iter().flatten();
    let sections: Vec<&Section> = sections.collect();
    if sections.is_empty() { Vec::new() } else { front.add(&sections) }
}

fn declare(reading: &Reading, front: &Front, leave: &[Part], summary: &mut Summary) -> Declared {
    let mut declared = Declared::default();
    if reading.diagnostics.iter().any(|one| one.code.0 == BAD_FRONT_MATTER) {
        summary.leave(1, "front matter", "it cannot be read; `callsheet check` says why");
        return declared;
    }
    let wanted = if leave.contains(&Part::Parameters) { Default::default() } else { undeclared(&reading.runbook) };
    if !wanted.is_empty() {
        match front.indent_below("parameters") {
            Ok(indent) => {
                let indent = indent.unwrap_or_else(|| "  ".to_owned());
                let lines = wanted.iter().flat_map(|(name, one)| one.lines(name, &indent)).collect();
                declared.parameters = Some(Section { key: "parameters", lines });
                declared.names = wanted.into_keys().collect();
            }
            Err(why) => summary.leave(1, "parameters", why),
        }
    }
    if !leave.contains(&Part::Facts) && !front.has("facts") {
        let (lines, count) = facts::lines(&reading.runbook.facts, "  ");
        if count > 0 {
            declared.facts = Some(Section { key: "facts", lines });
            declared.count = count;
        }
    }
    declared
}

impl Declared {
    fn drop_facts(&mut self, why: &str, summary: &mut Summary) {
        if self.facts.take().is_some() {
            self.count = 0;
            summary.leave(1, "facts", why);
        }
    }

    fn drop_parameters(&mut self, why: &str, summary: &mut Summary) {
        if self.parameters.take().is_some() {
            self.names.clear();
            summary.leave(1, "parameters", why);
        }
    }
}
