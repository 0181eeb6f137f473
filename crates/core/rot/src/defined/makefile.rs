//! Targets of a Makefile.

use std::collections::BTreeSet;

/// What a Makefile defines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Makefile {
    /// Targets by name.
    pub targets: BTreeSet<String>,
    /// Targets with `%`.
    pub patterns: Vec<String>,
    /// Files that it includes.
    pub includes: Vec<String>,
    /// Names are computed, so that a target may exist that cannot be seen.
    pub open: bool,
}

/// Reads a Makefile without running anything.
pub fn makefile(text: &str) -> Makefile {
    let mut found = Makefile::default();
    for line in text.replace("\\\n", " ").lines() {
        if line.starts_with(['\t', '#']) || line.trim().is_empty() {
            continue;
        }
        let line = line.trim();
        if let Some(files) = line.strip_prefix("include ").or_else(|| line.strip_prefix("-include ")) {
            found.open |= files.contains(['$', '*']);
            found.includes.extend(files.split_whitespace().map(str::to_owned));
            continue;
        }
        found.open |= line.starts_with("$(eval") || line.starts_with("$(foreach") || line.starts_with("define ");
        let Some((names, rest)) = line.split_once(':') else { continue };
        if rest.starts_with('=') || rest.starts_with(":=") || names.contains('=') {
            continue;
        }
        if names.contains('$') {
            found.open = true;
            continue;
        }
        for name in names.split_whitespace() {
            match name.contains('%') {
                true => found.patterns.push(name.to_owned()),
                false if !name.starts_with('.') => {
                    found.targets.insert(name.to_owned());
                }
                false => {}
            }
        }
    }
    found
}

impl Makefile {
    /// Whether `target` can be made.
    pub fn has(&self, target: &str) -> bool {
        let fits = |pattern: &String| {
            let (start, end) = pattern.split_once('%').unwrap_or((pattern, ""));
            target.len() > start.len() + end.len() && target.starts_with(start) && target.ends_with(end)
        };
        self.targets.contains(target) || self.patterns.iter().any(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::makefile;

    #[test]
    fn targets_are_told_from_variables_and_recipes() {
        let text = "A ?= b\nC := d\n.PHONY: x\nx y: z\n\techo q: r\n%.o: %.c\ninclude more.mk\nexport E = f:g\n";
        let found = makefile(text);
        assert_eq!(found.targets.iter().map(String::as_str).collect::<Vec<_>>(), ["x", "y"]);
        assert!(found.has("a.o") && !found.has("z") && !found.open);
        assert_eq!(found.includes, ["more.mk"]);
        assert!(makefile("$(NAMES): %: x\n").open);
    }
}
