//! Sections with the topics that their headings name.

use super::topics::{Topics, topics_of};
use crate::document::Document;

/// A section's heading.
pub(crate) struct SectionAt {
    /// Lower case.
    pub title: String,
    /// As written.
    pub heading: String,
    /// 0 before the first heading.
    pub level: u8,
    /// The enclosing section.
    pub parent: Option<usize>,
    /// Its own topics.
    pub own: Topics,
    /// Its own topics, or those of the nearest section above that has any.
    pub topics: Topics,
    /// Topics of the section and all above it.
    pub within: Topics,
}

/// All sections, in the document's order.
pub(crate) fn sections(document: &Document) -> Vec<SectionAt> {
    let mut sections: Vec<SectionAt> = Vec::with_capacity(document.sections.len());
    for section in &document.sections {
        let title = section.title.to_lowercase();
        let own = topics_of(&title);
        let above = section.parent.and_then(|parent| sections.get(parent));
        let inherited = above.filter(|above| above.level > 1).map_or(Topics::default(), |above| above.topics);
        let within = above.filter(|above| above.level > 1).map_or(own, |above| above.within | own);
        let topics = if own.is_empty() { inherited } else { own };
        sections.push(SectionAt {
            title,
            heading: section.title.clone(),
            level: section.level,
            parent: section.parent,
            own,
            topics,
            within,
        });
    }
    sections
}
