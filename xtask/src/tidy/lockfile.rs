//! Cargo.lock holds no crate that deny.toml bans.

use crate::tidy::Fault;
use crate::tree::Tree;

/// Banned crates that a dependency has brought in.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let (Some(bans), Some(lock)) = (tree.file("deny.toml"), tree.file("Cargo.lock")) else {
        return vec![Fault::of("deny.toml", "deny.toml or Cargo.lock is missing")];
    };
    let (bans, lock) = match (bans.text.parse::<toml::Table>(), lock.text.parse::<toml::Table>()) {
        (Ok(bans), Ok(lock)) => (bans, lock),
        (Err(error), _) | (_, Err(error)) => return vec![Fault::of("deny.toml", format!("cannot read it: {error}"))],
    };
    let banned = bans.get("bans").and_then(|bans| bans.get("deny")).and_then(toml::Value::as_array);
    let mut faults = Vec::new();
    for ban in banned.into_iter().flatten() {
        let (Some(name), Some(reason)) = (text(ban, "name"), text(ban, "reason")) else {
            faults.push(Fault::of("deny.toml", format!("a ban needs a name and a reason: {ban}")));
            continue;
        };
        let packages: Vec<&toml::Value> =
            lock.get("package").and_then(toml::Value::as_array).into_iter().flatten().collect();
        let is_there = packages.iter().any(|package| text(package, "name") == Some(name));
        if is_there && !is_wrapped(name, ban, &packages) {
            faults.push(Fault::of("Cargo.lock", format!("holds `{name}`, which is banned: {reason}")));
        }
    }
    faults
}

/// Whether only the ban's `wrappers` bring the crate in, as cargo-deny understands them.
fn is_wrapped(name: &str, ban: &toml::Value, packages: &[&toml::Value]) -> bool {
    let list = |value: &toml::Value, key: &str| -> Vec<String> {
        let items = value.get(key).and_then(toml::Value::as_array).into_iter().flatten();
        items.filter_map(|item| Some(item.as_str()?.split(' ').next()?.to_owned())).collect()
    };
    let wrappers = list(ban, "wrappers");
    let mut bringing = packages.iter().filter(|package| list(package, "dependencies").iter().any(|one| one == name));
    !wrappers.is_empty() && bringing.all(|package| wrappers.iter().any(|one| text(package, "name") == Some(one)))
}

fn text<'a>(value: &'a toml::Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::fixture::files;

    #[test]
    fn a_banned_crate_is_told_with_its_reason() {
        let bans = "[bans]\ndeny = [{ name = \"bad\", reason = \"it bites\" }, { name = \"lone\" }]\n";
        let lock = "[[package]]\nname = \"bad\"\nversion = \"1.0.0\"\n";
        let found: Vec<_> =
            check(&files(&[("deny.toml", bans), ("Cargo.lock", lock)])).iter().map(ToString::to_string).collect();
        assert_eq!(found[0], "Cargo.lock: holds `bad`, which is banned: it bites");
        assert!(found[1].contains("needs a name and a reason"), "{}", found[1]);
    }

    #[test]
    fn a_banned_crate_may_come_through_its_wrappers_alone() {
        let bans = "[bans]\ndeny = [{ name = \"bad\", wrappers = [\"coat\"], reason = \"it bites\" }]\n";
        let coat = "[[package]]\nname = \"bad\"\n\n[[package]]\nname = \"coat\"\ndependencies = [\"bad 1.0.0\"]\n";
        assert_eq!(check(&files(&[("deny.toml", bans), ("Cargo.lock", coat)])), []);
        let other = format!("{coat}\n[[package]]\nname = \"other\"\ndependencies = [\"bad\"]\n");
        assert_eq!(check(&files(&[("deny.toml", bans), ("Cargo.lock", &other)])).len(), 1);
    }
}
