//! Every crate in the build can be had under a licence that deny.toml allows.

use crate::tidy::Fault;
use crate::tree::Tree;

/// Crates under other terms.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let Some(file) = tree.file("deny.toml") else { return vec![Fault::of("deny.toml", "is missing")] };
    let allowed = match allowed(&file.text) {
        Ok(allowed) => allowed,
        Err(error) => return vec![Fault::of("deny.toml", format!("is no TOML: {error}"))],
    };
    let refused = tree.licences.iter().filter(|(_, licence)| !permits(licence, &allowed));
    let tell = |(name, licence): &(String, String)| {
        Fault::of("Cargo.lock", format!("`{name}` is under {licence}, which deny.toml does not allow"))
    };
    refused.map(tell).collect()
}

fn allowed(text: &str) -> Result<Vec<String>, toml::de::Error> {
    let table: toml::Table = text.parse()?;
    let list = table.get("licenses").and_then(|licences| licences.get("allow")).and_then(toml::Value::as_array);
    Ok(list.into_iter().flatten().filter_map(toml::Value::as_str).map(ToOwned::to_owned).collect())
}

/// Whether an SPDX expression (`A OR B`, `(A OR B) AND C`; of old also `A/B`) can be met by `allowed`.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.trim();
    if let Some(parts) = split(expression, &[" AND "]) {
        return parts.iter().all(|part| permits(part, allowed));
    }
    if let Some(parts) = split(expression, &[" OR ", "/"]) {
        return parts.iter().any(|part| permits(part, allowed));
    }
    match expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => permits(inner, allowed),
        None => allowed.iter().any(|one| one == expression),
    }
}

/// The parts between separators that stand outside parentheses; `None` if there is none.
fn split<'a>(text: &'a str, separators: &[&str]) -> Option<Vec<&'a str>> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        let separator = separators.iter().find(|separator| depth == 0 && text[at..].starts_with(**separator));
        if let Some(separator) = separator.filter(|_| at >= start) {
            parts.push(&text[start..at]);
            start = at + separator.len();
        }
    }
    parts.push(&text[start..]);
    (parts.len() > 1).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::{check, permits};
    use crate::tidy::fixture::files;

    #[test]
    fn expressions_are_understood() {
        let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(ToOwned::to_owned).to_vec();
        for good in
            ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "(GPL-3.0 OR MIT) AND ISC", "Apache-2.0 WITH LLVM-exception"]
        {
            assert!(permits(good, &allowed), "{good}");
        }
        for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "none"] {
            assert!(!permits(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn a_crate_under_other_terms_is_told() {
        let mut tree = files(&[("deny.toml", "[licenses]\nallow = [\"MIT\"]\n")]);
        tree.licences = vec![("good".to_owned(), "MIT".to_owned()), ("bad".to_owned(), "GPL-3.0".to_owned())];
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["Cargo.lock: `bad` is under GPL-3.0, which deny.toml does not allow"]);
    }
}
