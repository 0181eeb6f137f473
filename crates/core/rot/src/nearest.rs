//! The name that was probably meant.

use strsim::levenshtein;

/// The candidate nearest to `wanted`: the same file name elsewhere, else few letters away. `None`: nothing is near.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let wanted_last = last(wanted);
    let scored = candidates.into_iter().filter(|one| *one != wanted).filter_map(|one| {
        let name = last(one);
        let stem = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        let letters = levenshtein(&wanted_last, &name);
        let near = letters <= (wanted_last.chars().count() / 3).max(1);
        let holds =
            stem(&name).len() > 3 && (stem(&wanted_last).contains(&stem(&name)) || name.contains(&stem(&wanted_last)));
        (near || holds && stem(&wanted_last).len() > 3).then(|| (letters, levenshtein(wanted, one), one))
    });
    scored.min().map(|(_, _, one)| one)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_same_name_elsewhere_comes_before_another_name() {
        let paths = ["scripts/drain.sh", "ops/train.sh", "docs/a.md"];
        assert_eq!(nearest("ops/drain.sh", paths), Some("scripts/drain.sh"));
        assert_eq!(nearest("e2e", ["test:e2e", "build"]), None, "three letters are too few to guess from");
        assert_eq!(nearest("bundle", ["bundles", "pack"]), Some("bundles"));
        assert_eq!(nearest("worker", ["hold-worker", "mail"]), Some("hold-worker"));
        assert_eq!(nearest("abc", ["xyz"]), None);
    }
}
