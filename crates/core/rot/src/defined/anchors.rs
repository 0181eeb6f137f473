//! Anchors that links may name, and procedures that commands may.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use callsheet_diag::SourceText;
use callsheet_runbook::Document;
use callsheet_runbook::document::BlockKind;
use callsheet_runbook::slug::slug;
use regex::Regex;

static ANCHOR: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"<[a-zA-Z]\w*\s[^>]*?\b(?:id|name)=["']([^"']+)["']"#).ok());

/// Anchors of a Markdown text: headings as GitHub numbers them and as we do, and `<a id>`.
pub fn anchors(text: &str) -> BTreeSet<String> {
    let document = Document::read(&SourceText::new("", text));
    let mut found: BTreeSet<String> = document.anchors.iter().map(|anchor| anchor.to_lowercase()).collect();
    // The document leaves out what stands in code; an anchor there harms nobody.
    let written = ANCHOR.as_ref().into_iter().flat_map(|anchor| anchor.captures_iter(text));
    found.extend(written.map(|anchor| anchor[1].to_lowercase()));
    let mut seen: HashMap<String, u32> = HashMap::new();
    for block in &document.blocks {
        let BlockKind::Heading { text, .. } = &block.kind else { continue };
        let plain = text.plain();
        // `{#name}` names the anchor, as many renderers read it.
        if let Some(named) = plain.trim_end().strip_suffix('}').and_then(|rest| rest.rsplit_once("{#")) {
            found.insert(named.1.to_lowercase());
        }
        let slug = slug(&plain);
        let count = seen.entry(slug.clone()).or_default();
        found.insert(if *count == 0 { slug.clone() } else { format!("{slug}-{count}") });
        found.insert(if *count == 0 { slug.clone() } else { format!("{slug}-{}", *count + 1) });
        *count += 1;
    }
    found
}

/// Slugs of a runbook's procedures.
pub fn procedures(text: &str) -> BTreeSet<String> {
    let reading = callsheet_runbook::read(&SourceText::new("", text));
    reading.runbook.procedures.into_iter().map(|procedure| procedure.slug).collect()
}

#[cfg(test)]
mod tests {
    use super::{anchors, procedures};

    #[test]
    fn anchors_are_as_the_renderers_make_them() {
        let found = anchors("# A b!\n\n## C\n\n## C\n\n<a id=\"Here\"></a>\n\n## D {#dee}\n");
        for anchor in ["a-b", "c", "c-1", "c-2", "here", "dee"] {
            assert!(found.contains(anchor), "{anchor}: {found:?}");
        }
        assert!(procedures("# T\n\n## Do it\n\n```bash\nls\n```\n").contains("do-it"));
    }
}
