//! Markdown on a terminal: headings bold, code coloured. Without colour it stays as written.

use crate::paint::Paint;

/// The text with colours for a person's eye; unchanged where there are none.
pub fn render(markdown: &str, paint: Paint) -> String {
    if !paint.is_on() {
        return markdown.to_owned();
    }
    let mut fenced = false;
    let mut text = String::new();
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            text.push('\n');
            continue;
        }
        let shown = match line.trim_start_matches('#') {
            _ if fenced => format!("    {}", paint.cyan(line)),
            heading if heading.len() < line.len() && heading.starts_with(' ') => paint.bold(heading.trim()),
            _ => inline(line, paint),
        };
        text.push_str(&shown);
        text.push('\n');
    }
    text
}

/// Colours what stands between backticks; the backticks go.
fn inline(line: &str, paint: Paint) -> String {
    if line.matches('`').count() % 2 == 1 {
        return line.to_owned();
    }
    let parts = line.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { paint.cyan(part) } else { part.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_nothing_changes() {
        let page = "# A\n\n```bash\nls\n```\nrun `ls`\n";
        assert_eq!(render(page, Paint::plain()), page);
    }

    #[test]
    fn code_and_headings_are_coloured() {
        let shown = render("# A\nrun `ls`\n", Paint::new(true));
        assert_eq!(shown, "\x1b[1mA\x1b[0m\nrun \x1b[36mls\x1b[0m\n");
    }
}
