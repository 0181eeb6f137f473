//! No crate may use one of its own layer or above, save among the few that share a layer by design.

use crate::tidy::Fault;
use crate::tree::{Package, Tree};

/// Folders of core and app crates with their layer. A crate uses only lower layers.
const LAYERS: &[(&str, u8)] = &[
    ("crates/core/base", 0),
    ("crates/core/diag", 0),
    ("crates/core/flow", 0),
    ("crates/core/redact", 0),
    ("crates/core/runbook", 1),
    ("crates/core/journal", 1),
    ("crates/core/backups", 1),
    ("crates/core/replicas", 1),
    ("crates/core/migrations", 1),
    ("crates/core/secrets", 1),
    ("crates/core/access", 1),
    ("crates/core/traffic", 0),
    ("crates/core/watch", 1),
    ("crates/core/adopt", 2),
    ("crates/core/plan", 2),
    ("crates/core/preflight", 1),
    ("crates/core/rot", 2),
    ("crates/core/rollout", 1),
    ("crates/core/incident", 2),
    ("crates/core/engine", 3),
    ("crates/host/", 3),
    ("crates/adapters/", 4),
    ("crates/app/node", 5),
    ("crates/app/api", 6),
    ("crates/app/console", 6),
    ("crates/app/record-page", 6),
    ("crates/app/cli", 7),
    ("crates/test/", 8),
    ("fleet/", 8),
    ("xtask", 9),
];

fn layer(folder: &str) -> Option<u8> {
    let fits = |prefix: &str| if prefix.ends_with('/') { folder.starts_with(prefix) } else { folder == prefix };
    LAYERS.iter().find(|(prefix, _)| fits(prefix)).map(|&(_, layer)| layer)
}

/// What services of the fleet share.
const SHARED_BY_SERVICES: [&str; 2] = ["fleet/kit", "fleet/pictures"];

/// Tests may use one another; a service of the fleet may use what services share; nothing else looks sideways.
fn may_look_sideways(from: &str, to: &str) -> bool {
    let both = |prefix| from.starts_with(prefix) && to.starts_with(prefix);
    both("crates/test/") || (from.starts_with("fleet/") && SHARED_BY_SERVICES.contains(&to))
}

fn manifest(package: &Package) -> String {
    format!("{}/Cargo.toml", package.folder)
}

/// Upward and sideways edges, and crates in folders that no layer knows.
pub fn check(tree: &Tree) -> Vec<Fault> {
    tree.packages.iter().flat_map(|package| check_package(package, tree)).collect()
}

fn check_package(package: &Package, tree: &Tree) -> Vec<Fault> {
    let Some(own) = layer(&package.folder) else {
        return vec![Fault::of(&manifest(package), "this folder belongs to no layer: see Layers in ARCHITECTURE.md")];
    };
    let mut faults = Vec::new();
    for dependency in package.dependencies.iter().filter(|dependency| dependency.ours) {
        // Tests may reach down from anywhere to the test kit.
        let Some(used) = tree.packages.iter().find(|other| other.name == dependency.name) else { continue };
        if dependency.dev && used.folder.starts_with("crates/test/") {
            continue;
        }
        let adapters = package.folder.starts_with("crates/adapters/") && used.folder.starts_with("crates/adapters/");
        let Some(theirs) = layer(&used.folder) else { continue };
        if adapters {
            let what = format!("an adapter knows core alone, never another adapter (`{}`)", used.name);
            faults.push(Fault::of(&manifest(package), what));
        } else if theirs >= own && !may_look_sideways(&package.folder, &used.folder) {
            let what = format!("layer {own} uses `{}` of layer {theirs}: only lower layers may be used", used.name);
            faults.push(Fault::of(&manifest(package), what));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::fixture::package;
    use crate::tree::Tree;

    fn faults(packages: Vec<crate::tree::Package>) -> Vec<String> {
        check(&Tree { packages, ..Tree::default() }).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn downward_edges_are_fine() {
        let base = package("callsheet-base", "crates/core/base", &[], &[]);
        let engine = package("callsheet-engine", "crates/core/engine", &["callsheet-base"], &["serde"]);
        assert_eq!(faults(vec![base, engine]), Vec::<String>::new());
    }

    #[test]
    fn upward_and_sideways_edges_are_not() {
        let base = package("callsheet-base", "crates/core/base", &["callsheet-engine"], &[]);
        let engine = package("callsheet-engine", "crates/core/engine", &[], &[]);
        let found = faults(vec![base, engine]);
        let expected =
            "crates/core/base/Cargo.toml: layer 0 uses `callsheet-engine` of layer 3: only lower layers may be used";
        assert_eq!(found, [expected]);
        let plan = package("callsheet-plan", "crates/core/plan", &["callsheet-rot"], &[]);
        let rot = package("callsheet-rot", "crates/core/rot", &[], &[]);
        assert_eq!(faults(vec![plan, rot]).len(), 1);
    }

    #[test]
    fn adapters_do_not_know_each_other() {
        let keeper = package("callsheet-keeper", "crates/adapters/keeper", &["callsheet-actions"], &[]);
        let actions = package("callsheet-actions", "crates/adapters/actions", &[], &[]);
        assert!(faults(vec![keeper, actions])[0].contains("never another adapter"));
    }

    #[test]
    fn a_folder_of_no_layer_is_told() {
        assert!(faults(vec![package("stray", "crates/misc/stray", &[], &[])])[0].contains("belongs to no layer"));
    }

    #[test]
    fn a_test_may_use_the_test_kit() {
        let mut engine = package("callsheet-engine", "crates/core/engine", &["callsheet-testkit"], &[]);
        engine.dependencies[0].dev = true;
        let kit = package("callsheet-testkit", "crates/test/testkit", &["callsheet-engine"], &[]);
        assert_eq!(faults(vec![engine, kit]), Vec::<String>::new());
    }
}
