//! GitHub workflows: an action of somebody else's is used at a tag or a commit, not at a branch.

use super::Said;

const BRANCHES: [&str; 6] = ["main", "master", "develop", "dev", "trunk", "latest"];

pub(super) fn is_workflow(path: &str) -> bool {
    path.starts_with(".github/workflows/") && (path.ends_with(".yml") || path.ends_with(".yaml"))
}

pub(super) fn read(path: &str, text: &str) -> Said {
    let mut said = Said::default();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start().trim_start_matches("- ");
        let Some(action) = line.strip_prefix("uses:") else { continue };
        let action = action.split(" #").next().unwrap_or(action).trim().trim_matches(['"', '\'']);
        if action.starts_with("./") {
            continue;
        }
        let place = format!("{path}:{}: {action}", at + 1);
        match action.split_once('@') {
            Some((_, reference)) if !BRANCHES.contains(&reference) => said.pinned.push(place),
            Some(_) => said.loose.push(format!("{place} is a branch")),
            None if action.starts_with("docker://") => {}
            None => said.loose.push(format!("{place} names no version")),
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_move() {
        let text = "steps:\n  - uses: actions/checkout@v5\n  - uses: a/b@main\n    uses: ./local\n  - uses: 'c/d@0123' # v1\n  - uses: e/f\n";
        let said = read(".github/workflows/ci.yml", text);
        assert_eq!(said.pinned.len(), 2);
        assert_eq!(
            said.loose,
            [".github/workflows/ci.yml:3: a/b@main is a branch", ".github/workflows/ci.yml:6: e/f names no version"]
        );
    }
}
