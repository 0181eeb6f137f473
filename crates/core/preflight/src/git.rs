//! What Git says of the working tree and its commit.

use crate::Finding;

/// What Git was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The commit, whole.
    pub commit: String,
    /// The branch that is checked out; `None`: a commit is.
    pub branch: Option<String>,
    /// Lines of `git status --porcelain`.
    pub changes: Vec<String>,
    /// Tags of the commit.
    pub tags: Vec<String>,
    /// The branch's upstream; `None` if it has none.
    pub upstream: Option<Upstream>,
}

/// The branch elsewhere that a branch follows, as last fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// `origin/main`.
    pub name: String,
    /// Commits there that are not here.
    pub behind: u64,
    /// Commits here that are not there.
    pub ahead: u64,
}

const SHOWN: usize = 10;

/// Whether nothing is changed and nothing is untracked.
pub fn clean_tree(tree: &Tree) -> Finding {
    let commit = format!("commit {}", tree.commit);
    if tree.changes.is_empty() {
        return Finding::passed("the working tree is as committed").evidence(commit);
    }
    let count = tree.changes.len();
    let shown = tree.changes.iter().take(SHOWN).cloned();
    let rest = (count > SHOWN).then(|| format!("… and {} more", count - SHOWN));
    Finding::failed(format!("the working tree has {count} {}", if count == 1 { "change" } else { "changes" }))
        .evidence(commit)
        .evidences(shown.chain(rest))
        .hint("commit them, or `git stash --include-untracked`")
}

/// Whether `wanted` is checked out with all that its upstream has.
pub fn branch(tree: &Tree, wanted: &str) -> Finding {
    let here = tree.branch.as_deref().unwrap_or("a commit without a branch");
    if here != wanted {
        return Finding::failed(format!("{here} is checked out, not {wanted}"))
            .evidence(format!("commit {}", tree.commit))
            .hint(format!("git switch {wanted}"));
    }
    let Some(upstream) = &tree.upstream else {
        return Finding::passed(format!("{wanted} is checked out; it follows no other branch"))
            .evidence(format!("commit {}", tree.commit));
    };
    let figures = format!("{} behind and {} ahead of {}", upstream.behind, upstream.ahead, upstream.name);
    match (upstream.behind, upstream.ahead) {
        (0, 0) => Finding::passed(format!("{wanted} is checked out and equals {}", upstream.name)),
        (0, _) => Finding::failed(format!("{wanted} has commits that {} has not", upstream.name)).hint("git push"),
        _ => Finding::failed(format!("{wanted} lacks commits of {}", upstream.name)).hint("git pull --ff-only"),
    }
    .evidence(figures)
}

/// Whether the commit carries `named`, or else the release's version, with or without a `v`.
pub fn tag(tree: &Tree, named: Option<&str>, release: Option<&str>) -> Finding {
    let wanted: Vec<String> = match (named, release) {
        (Some(named), _) => vec![named.to_owned()],
        (None, Some(release)) => vec![format!("v{}", release.trim_start_matches('v')), release.to_owned()],
        (None, None) => Vec::new(),
    };
    let commit = format!("commit {}", tree.commit);
    let tags = if tree.tags.is_empty() { "no tag".to_owned() } else { tree.tags.join(", ") };
    let found = tree.tags.iter().find(|tag| wanted.is_empty() || wanted.contains(tag));
    match (found, wanted.first()) {
        (Some(tag), _) => Finding::passed(format!("the commit is tagged {tag}")).evidence(commit),
        (None, Some(wanted)) => Finding::failed(format!("the commit does not carry the tag {wanted}"))
            .evidence(commit)
            .evidence(format!("it carries {tags}"))
            .hint(format!("git tag -a {wanted}, or check out what is tagged: git switch --detach {wanted}")),
        (None, None) => Finding::failed("the commit carries no tag").evidence(commit).hint("git tag -a VERSION"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    fn tree() -> Tree {
        Tree { commit: "c0ffee".to_owned(), branch: Some("main".to_owned()), ..Tree::default() }
    }

    #[test]
    fn changes_are_listed_to_a_limit() {
        assert_eq!(clean_tree(&tree()).verdict, Verdict::Passed);
        let changes = (0..12).map(|n| format!("?? file{n}")).collect();
        let finding = clean_tree(&Tree { changes, ..tree() });
        assert_eq!((finding.verdict, finding.what.as_str()), (Verdict::Failed, "the working tree has 12 changes"));
        assert_eq!(finding.evidence.last().unwrap(), "… and 2 more");
    }

    #[test]
    fn a_branch_must_be_the_one_and_whole() {
        let with = |behind, ahead| Tree {
            upstream: Some(Upstream { name: "origin/main".to_owned(), behind, ahead }),
            ..tree()
        };
        assert_eq!(branch(&tree(), "main").verdict, Verdict::Passed);
        assert_eq!(branch(&tree(), "release").what, "main is checked out, not release");
        assert_eq!(branch(&with(0, 0), "main").verdict, Verdict::Passed);
        assert_eq!(branch(&with(1, 0), "main").what, "main lacks commits of origin/main");
        assert_eq!(branch(&with(0, 2), "main").hint.unwrap(), "git push");
    }

    #[test]
    fn a_release_is_tagged_with_or_without_a_v() {
        let tagged = |tag: &str| Tree { tags: vec![tag.to_owned()], ..tree() };
        assert_eq!(tag(&tagged("v1.2.3"), None, Some("1.2.3")).verdict, Verdict::Passed);
        assert_eq!(tag(&tagged("1.2.3"), None, Some("1.2.3")).verdict, Verdict::Passed);
        assert_eq!(tag(&tagged("v1.2.4"), None, Some("1.2.3")).verdict, Verdict::Failed);
        assert_eq!(tag(&tagged("nightly"), None, None).verdict, Verdict::Passed);
        assert_eq!(tag(&tree(), None, None).what, "the commit carries no tag");
    }
}
