//! The page of each code: what it means, why it matters, what to do. Shown by `callsheet explain`.

use crate::Code;

/// A code's page. Its file is `codes/CS0001.md`: `# CS0001: Title`, then paragraphs, the first of which is the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The code.
    pub code: Code,
    /// The whole page, Markdown.
    pub markdown: &'static str,
}

static PAGES: &[(u16, &str)] = &include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// All pages in the order of their codes.
pub fn pages() -> impl Iterator<Item = Page> {
    PAGES.iter().map(|&(number, markdown)| Page { code: Code(number), markdown })
}

impl Page {
    /// The page of `code`.
    pub fn of(code: Code) -> Option<Page> {
        pages().find(|page| page.code == code)
    }

    /// The heading without the code.
    pub fn title(&self) -> &'static str {
        let heading = self.markdown.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default();
        let after = heading.split_once(self.code.to_string().as_str()).map_or(heading, |(_, rest)| rest);
        after.trim_start_matches([':', ' ', '—', '–', '-']).trim_end()
    }

    /// The first paragraph after the heading, on one line.
    pub fn summary(&self) -> String {
        let after = self.markdown.lines().skip_while(|line| !line.starts_with("# ")).skip(1);
        let paragraph = after.skip_while(|line| line.trim().is_empty()).take_while(|line| !line.trim().is_empty());
        paragraph.map(str::trim).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_titled_and_summed_up() {
        for page in pages() {
            assert!(
                page.markdown.starts_with(&format!("# {}", page.code)),
                "{}: the heading names the code",
                page.code
            );
            assert!(!page.title().is_empty(), "{}: a title follows the code", page.code);
            assert!(!page.summary().is_empty(), "{}: a paragraph follows the heading", page.code);
        }
    }

    #[test]
    fn a_page_is_taken_apart() {
        let page = Page { code: Code(7), markdown: "# CS0007: no end\n\nIt runs\nfor ever.\n\nMore.\n" };
        assert_eq!((page.title(), page.summary().as_str()), ("no end", "It runs for ever."));
    }
}
