//! What a file's comments say to the rules: `-- callsheet: phase contract`, `-- callsheet: allow RULE, why`.

use super::rules::RULES;
use crate::{Finding, Script};

/// The marks of a script.
pub(super) struct Marks {
    /// The file belongs to the contract phase.
    pub(super) contract: bool,
    allowances: Vec<(u32, String)>,
    unknown: Vec<(u32, String)>,
}

impl Marks {
    pub(super) fn read(script: &Script) -> Marks {
        let mut marks = Marks { contract: false, allowances: Vec::new(), unknown: Vec::new() };
        for (line, text) in (script.line..).zip(script.text.lines()) {
            let Some((_, said)) = text.split_once("-- callsheet:") else { continue };
            let mut words = said.split([' ', ',', '\t']).filter(|word| !word.is_empty());
            match (words.next(), words.next()) {
                (Some("phase"), Some("contract")) => marks.contract = true,
                // Read where releases are held against the schema.
                (Some("phase"), Some("expand")) | (Some("oldest"), Some(_)) => {}
                (Some("allow"), Some(rule)) if RULES.iter().any(|known| known.name == rule) => {
                    marks.allowances.push((line, rule.to_owned()));
                    let more = words.take_while(|word| RULES.iter().any(|known| known.name == *word));
                    marks.allowances.extend(more.map(|rule| (line, rule.to_owned())));
                }
                _ => marks.unknown.push((line, said.trim().to_owned())),
            }
        }
        marks
    }

    /// Rules allowed on the lines after `after`, up to `last`.
    pub(super) fn allowed(&self, after: u32, last: u32) -> Vec<&str> {
        let here = self.allowances.iter().filter(|(line, _)| *line > after && *line <= last);
        here.map(|(_, rule)| rule.as_str()).collect()
    }

    pub(super) fn unknown(&self, file: &str) -> Vec<Finding> {
        let finding = |(line, said): &(u32, String)| {
            let hint = "write `phase expand`, `phase contract`, `oldest` and a version, or `allow` and the name of a rule; `callsheet migrate lint --rules` lists them";
            Finding::warning("unknown-mark", file, *line, format!("`{said}` means nothing here"), hint)
        };
        self.unknown.iter().map(finding).collect()
    }
}
