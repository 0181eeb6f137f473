//! Intervals of continuous commands and cron lines in code blocks.

use super::super::Found;
use super::super::cadence::literal_cron;
use super::super::outline::{FenceAt, Outline, human};
use super::{push, strip_numbering};

/// Intervals of continuous commands and written cron lines in code.
pub(in super::super) fn fence(outline: &Outline<'_>, at: &FenceAt<'_>, found: &mut Found<'_>) {
    let mut above = "";
    for line in &at.fence.lines {
        let text = human(&line.text).trim();
        if let Some(comment) = text.strip_prefix('#') {
            above = comment.trim();
        }
        if let Some(start) =
            text.contains("--").then(|| text.find("--interval")).flatten().filter(|_| !text.starts_with('#'))
        {
            let value = text[start + "--interval".len()..].trim_start_matches(['=', ' ']);
            let value = value.split_whitespace().next().unwrap_or_default();
            if value.starts_with(|c: char| c.is_ascii_digit()) {
                let told = if above.is_empty() { outline.heading(&at.around) } else { strip_numbering(above) };
                push(
                    line.line,
                    &format!("{told}: {}", text[..start].trim()),
                    &format!("--interval {value}"),
                    None,
                    None,
                    found,
                );
            }
        } else if let Some(cron) = literal_cron(text) {
            let command = text[text.find(cron).map_or(0, |at| at + cron.len())..].trim_matches(['"', '\'', ' ']);
            let what = if command.is_empty() { outline.heading(&at.around) } else { command };
            push(line.line, what, cron, Some(cron.to_owned()), None, found);
        }
    }
}
