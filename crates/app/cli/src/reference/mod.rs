//! The reference pages of `docs/reference`. `callsheet generate-reference docs/reference` writes them; a test compares.

mod commands;
mod diagnostics;

use crate::exit::Exit;

/// File name and text of every page.
pub fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("cli.md", commands::page()),
        ("exit-codes.md", exit_codes()),
        ("diagnostics.md", diagnostics::page()),
        ("plan-json.md", include_str!("plan-json.md").to_owned()),
        ("callsheet-toml.md", include_str!("callsheet-toml.md").to_owned()),
    ]
}

fn exit_codes() -> String {
    let rows = Exit::ALL.map(|exit| format!("| {} | {} |\n", exit.status(), exit.meaning()));
    format!(
        "# Exit codes\n\nEvery command ends with one of these. They are an interface: they do not change their meaning.\n\n\
         | code | meaning |\n| --- | --- |\n{}\n\
         `callsheet run`, `resume` and the answering commands end with the state in which they leave the run; \
         how CI uses that: [Callsheet in CI](../guides/ci.md).\n",
        rows.concat()
    )
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;
    use callsheet_plan::Config;

    /// Every key that the page documents, in its section, with a value of its type.
    const EVERY_KEY: &str = r#"
[services.a]
runbooks = ["a.md"]
parameters = { x = "1" }
[environments.b]
target = { host = "h", kube_context = "k", account = "a" }
parameters = { x = "1" }
danger = "L2"
run = { timeout = "none" }
[people.c]
level = "L1"
roles = ["dba"]
[approvals]
danger = "any"
prose = "dba"
expires = "1h"
[notify.d]
kind = "webhook"
url = "$URL"
[secrets.e]
kind = "postgres"
store = "f"
services = ["a"]
roll = "true"
max_age = "90d"
window = "daily 03:00-04:00"
overlap = "12h"
readers = ["L2"]
verify = ["true"]
bytes = 32
written = "hex"
url = "postgres://{user}:{password}@h/d"
users = ["a", "b"]
admin = "$ADMIN"
accepted = ["true"]
refused = ["false"]
[secret_stores.f]
kind = "vault"
address = "https://vault"
mount = "secret"
path = "a"
token = "$T"
[secret_stores.g]
kind = "command"
get = ["a"]
set = ["b"]
destroy = ["c"]
[secret_stores.h]
kind = "files"
folder = "/run/secrets"
[run]
timeout = "1h"
output_cap_bytes = 1048576
retry = 0
backoff = "1s"
longest_backoff = "5m"
on_failure = "stop"
shell = "bash -eo pipefail"
observe_after = "30m"
"#;

    #[test]
    fn the_page_of_the_configuration_is_true() {
        let page = include_str!("callsheet-toml.md");
        let example =
            page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("there is an example");
        for text in [example, EVERY_KEY, include_str!("../commands/init/callsheet.toml")] {
            let read = Config::read(&SourceText::new("callsheet.toml", text));
            assert!(read.is_ok(), "{read:?}");
        }
        for key in EVERY_KEY.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key) {
            assert!(page.contains(&format!("`{key}`")), "{key} is documented");
        }
    }

    #[test]
    fn the_starter_configuration_is_true_once_uncommented() {
        let starter = include_str!("../commands/init/callsheet.toml");
        let is_key = |line: &&str| line.starts_with("# [") || line.contains(" = ");
        let uncommented: Vec<&str> = starter.lines().filter(is_key).map(|line| line.trim_start_matches("# ")).collect();
        let read = Config::read(&SourceText::new("callsheet.toml", uncommented.join("\n")));
        assert!(read.is_ok(), "{read:?}");
    }

    #[test]
    fn defaults_are_as_documented() {
        let documented = EVERY_KEY.split("[run]").nth(1).expect("the section is there");
        let read =
            Config::read(&SourceText::new("callsheet.toml", format!("[run]{documented}"))).expect("it is understood");
        assert_eq!(read.run, Config::default().run);
    }
}
