//! HTTP flows among the steps: what they capture is set for all that follows, what they use must be given.

use std::collections::HashSet;

use crate::document::{BlockKind, Document};
use crate::fences::{Language, split_info};
use crate::model::{Placeholder, PlaceholderForm, Runs, Step};
use crate::placeholders::is_secret_name;

/// Names that the flows of a document capture.
pub(crate) fn captured(document: &Document) -> Vec<String> {
    let fences = document.blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Fence(fence) if Language::named(split_info(&fence.info).0) == Language::Hurl => Some(fence),
        _ => None,
    });
    let texts = fences.map(|fence| fence.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n"));
    let flows = texts.filter_map(|text| callsheet_flow::parse(&text).ok());
    flows.flat_map(|flow| flow.captures().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Adds the variables that a flow step takes from outside, but for those that the document sets.
pub(crate) fn add_needs(step: &mut Step, set: &HashSet<String>) {
    if step.runs != Some(Runs::Hurl) {
        return;
    }
    for act in &step.acts {
        let Ok(flow) = callsheet_flow::parse(&act.command) else { continue };
        for name in flow.variables() {
            if set.contains(name) || step.params.iter().any(|known| known.name == name) {
                continue;
            }
            let text = format!("{{{{{name}}}}}");
            let line = act.command.lines().position(|line| line.contains(&text)).unwrap_or(0) as u32;
            step.params.push(Placeholder {
                name: name.to_owned(),
                text,
                form: PlaceholderForm::Variable,
                line: act.line + line,
                secret: is_secret_name(name),
            });
        }
    }
}
