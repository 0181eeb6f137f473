//! The difference of two texts, as `diff -u` and `git` write it.

use similar::TextDiff;

use crate::paint::Paint;

/// A unified difference; empty if there is none. `patch -p1` and `git apply` take it.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    let name = name.trim_start_matches("./").trim_start_matches('/');
    let (old, new) = (format!("a/{name}"), format!("b/{name}"));
    TextDiff::from_lines(before, after).unified_diff().context_radius(3).header(&old, &new).to_string()
}

/// With its lines coloured.
pub fn coloured(difference: &str, paint: Paint) -> String {
    if !paint.is_on() {
        return difference.to_owned();
    }
    let mut text = String::with_capacity(difference.len() + difference.len() / 8);
    for line in difference.split_inclusive('\n') {
        let (words, end) = line.strip_suffix('\n').map_or((line, ""), |words| (words, "\n"));
        text.push_str(&match () {
            () if words.starts_with("+++") || words.starts_with("---") => paint.bold(words),
            () if words.starts_with("@@") => paint.cyan(words),
            () if words.starts_with('+') => paint.green(words),
            () if words.starts_with('-') => paint.red(words),
            () => words.to_owned(),
        });
        text.push_str(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_patch_reads() {
        let difference = unified("./a.md", "a\nb\n", "a\nc\n");
        assert_eq!(difference, "--- a/a.md\n+++ b/a.md\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
        assert_eq!(coloured(&difference, Paint::plain()), difference);
        assert!(coloured(&difference, Paint::new(true)).contains("\u{1b}[32m+c\u{1b}[0m\n"));
        assert_eq!(unified("a.md", "a\n", "a\n"), "");
    }
}
