//! The page of all diagnostic codes, from their own pages.

use callsheet_diag::{Page, pages};

/// A list, then every page one level deeper.
pub fn page() -> String {
    let mut text = String::from(
        "# Diagnostics\n\nWhat `callsheet check` can say of a runbook. `callsheet explain CODE` prints the same page in the terminal.\n\n\
         | code | what it says |\n| --- | --- |\n",
    );
    for page in pages() {
        text.push_str(&format!(
            "| [{code}](#{code}) | {} |\n",
            page.title(),
            code = page.code.to_string().to_lowercase()
        ));
    }
    for page in pages() {
        text.push_str(&format!("\n<a id=\"{}\"></a>\n\n{}", page.code.to_string().to_lowercase(), deeper(&page)));
    }
    text
}

/// The page with its headings one level down; fences are left alone.
fn deeper(page: &Page) -> String {
    let mut fenced = false;
    let mut text = String::new();
    for line in page.markdown.trim_end().lines() {
        fenced ^= line.trim_start().starts_with("```");
        if !fenced && line.starts_with('#') {
            text.push('#');
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}
