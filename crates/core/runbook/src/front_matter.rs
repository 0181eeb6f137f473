//! Front matter: service, owner, parameters, secrets, schedule.

use callsheet_diag::{SourceText, Span};

use crate::document::Document;
use crate::facts;
use crate::model::FrontMatter;

/// Why the front matter was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontMatterFault {
    /// What the YAML reader says, in one line.
    pub message: String,
    /// The line that it says, or the whole front matter.
    pub span: Span,
}

/// Reads the document's front matter; a file without has the default.
pub fn read(document: &Document, source: &SourceText) -> (FrontMatter, Option<FrontMatterFault>) {
    let Some(text) = &document.front_matter else { return (FrontMatter::default(), None) };
    let yaml = source.slice(text.span);
    if yaml.trim().is_empty() {
        return (FrontMatter::default(), None);
    }
    match serde_saphyr::from_str::<FrontMatter>(yaml) {
        Ok(mut front_matter) => {
            // A reference says where the value is; the variable has its name.
            for name in &mut front_matter.secrets {
                if let Some(referred) = name.strip_prefix("secret://") {
                    *name = referred.to_owned();
                }
            }
            let fault = facts::written::read(&front_matter.facts).1.map(|fault| FrontMatterFault {
                message: format!("an entry below `facts: {}:` is none: {}", fault.kind, fault.message),
                span: source.line_span(facts::written::line(document, source)),
            });
            (front_matter, fault)
        }
        Err(error) => {
            let whole = error.to_string();
            let message = whole.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let span = error
                .location()
                .map_or(text.span, |location| source.line_span(text.line + (location.line() as u32).saturating_sub(1)));
            (FrontMatter::default(), Some(FrontMatterFault { message, span }))
        }
    }
}
