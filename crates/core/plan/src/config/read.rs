//! Reading `callsheet.toml`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use callsheet_access::{People, Person};
use callsheet_diag::SourceText;
use toml::de::DeTable;

use super::automatic::{Automatic, read_automatic};
use super::database::read_database;
use super::keys::{Faults, Keys};
use super::secrets::{check_reference, read_secrets};
use super::service::read_spec;
use super::{
    ApprovalsConfig, Channel, Config, ConfigFault, DURATION_HINT, EnvironmentConfig, RunConfig, ServiceConfig, Source,
};
use crate::{Retry, Target};

const RULE_HINT: &str = "write `any`, a level (`L3`), a role (`dba`), or a count before it (`2:L2`)";

impl Config {
    /// Reads `callsheet.toml`, or says everything that is wrong with it.
    pub fn read(source: &SourceText) -> Result<Config, Vec<ConfigFault>> {
        let (table, errors) = DeTable::parse_recoverable(source.text());
        let faults = Faults { source, found: RefCell::new(Vec::new()) };
        for error in errors {
            faults.add(error.span().unwrap_or(0..0), error.message().to_owned(), None);
        }
        let config = read_config(&table, &faults);
        let mut found = faults.found.into_inner();
        found.sort_by_key(|fault| fault.at);
        if found.is_empty() { Ok(config) } else { Err(found) }
    }
}

fn read_config(table: &toml::Spanned<DeTable>, faults: &Faults) -> Config {
    let mut keys = Keys::new("", table.get_ref(), faults);
    let mut base = RunConfig::default();
    if let Some(mut table) = keys.table("run") {
        base = run(&mut table, &base);
        table.finish();
    }
    let mut approvals = ApprovalsConfig::default();
    let mut trusted_ci = Vec::new();
    if let Some(mut table) = keys.table("approvals") {
        approvals = ApprovalsConfig {
            danger: table.parsed("danger", RULE_HINT),
            prose: table.parsed("prose", RULE_HINT),
            expires: table.parsed("expires", DURATION_HINT),
        };
        trusted_ci = table.texts("trust_ci").unwrap_or_default();
        table.finish();
    }
    let mut automatic = Automatic::default();
    if let Some(mut table) = keys.table("automatic") {
        automatic = read_automatic(&mut table, &automatic);
        table.finish();
    }
    let secrets = read_secrets(&mut keys);
    let services = keys.tables("services", |table| Some(service(table)));
    let config = Config {
        environments: keys.tables("environments", |table| Some(environment(table, &base, &automatic, &services))),
        services,
        people: People { named: keys.tables("people", |table| Some(person(table))), trusted_ci },
        notify: keys.tables("notify", channel),
        databases: keys.tables("databases", read_database),
        metrics: keys.tables("metrics", source),
        approvals,
        automatic,
        run: base,
        secrets,
    };
    keys.finish();
    config
}

fn service(table: &mut Keys) -> ServiceConfig {
    ServiceConfig {
        runbooks: table.texts("runbooks").unwrap_or_default(),
        parameters: table.named_texts("parameters"),
        spec: read_spec(table, None),
    }
}

fn environment(
    table: &mut Keys,
    base: &RunConfig,
    automatic: &Automatic,
    services: &BTreeMap<String, ServiceConfig>,
) -> EnvironmentConfig {
    let target = table.table("target").map(|mut target| {
        let read = Target {
            host: target.text("host"),
            kube_context: target.text("kube_context"),
            account: target.text("account"),
        };
        target.finish();
        read
    });
    let run = table.table("run").map(|mut keys| {
        let read = run(&mut keys, base);
        keys.finish();
        read
    });
    let automatic = table.table("automatic").map(|mut keys| {
        let read = read_automatic(&mut keys, automatic);
        keys.finish();
        read
    });
    EnvironmentConfig {
        automatic,
        target: target.unwrap_or_default(),
        parameters: table.named_texts("parameters"),
        danger: table.parsed("danger", RULE_HINT),
        run,
        services: table.tables("services", |keys| {
            let name = keys.path().rsplit('.').next().unwrap_or_default().to_owned();
            read_spec(keys, services.get(&name).and_then(|service| service.spec.as_ref()))
        }),
    }
}

fn person(table: &mut Keys) -> Person {
    Person {
        level: table.parsed("level", "write `L1`, `L2`, `L3` or `L4`"),
        roles: table.texts("roles").unwrap_or_default(),
    }
}

pub(super) fn source(table: &mut Keys) -> Option<Source> {
    let at = table.span("url");
    let path = table.path().to_owned();
    let Some(url) = table.text("url") else {
        let hint = "write `url = \"$NAME\"` to take it from the environment".to_owned();
        table.fault(at, format!("`{path}` has no `url`"), Some(hint));
        return None;
    };
    check_reference(table, at.clone(), &url);
    let is_variable = url
        .strip_prefix('$')
        .is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    let holds_password = url.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split('/').next().unwrap_or_default();
        authority.split_once('@').is_some_and(|(user, _)| user.contains(':'))
    });
    if holds_password || (url.starts_with('$') && !is_variable) {
        let hint = "write `url = \"$NAME\"` and set that environment variable".to_owned();
        table.fault(at, format!("`{path}.url` must not hold a password"), Some(hint));
        return None;
    }
    Some(Source { url })
}

fn channel(table: &mut Keys) -> Option<Channel> {
    let at = table.span("kind");
    let kind = table.text("kind");
    let url_at = table.span("url");
    let url = table.text("url");
    url.iter().for_each(|url| check_reference(table, url_at.clone(), url));
    let path = table.path().to_owned();
    match (kind.as_deref(), url) {
        (Some("terminal"), _) => Some(Channel::Terminal),
        (Some("webhook"), Some(url)) => Some(Channel::Webhook { url }),
        (Some("slack"), Some(url)) => Some(Channel::Slack { url }),
        (Some("webhook" | "slack"), None) => {
            table.fault(
                at,
                format!("`{path}` has no `url`"),
                Some("write `url = \"$NAME\"` to take it from the environment".to_owned()),
            );
            None
        }
        (Some(other), _) => {
            let hint = "write `terminal`, `webhook` or `slack`".to_owned();
            table.fault(at, format!("`{path}.kind` cannot be `{other}`"), Some(hint));
            None
        }
        (None, _) => {
            table.fault(
                at,
                format!("`{path}` has no `kind`"),
                Some("write `terminal`, `webhook` or `slack`".to_owned()),
            );
            None
        }
    }
}

fn run(table: &mut Keys, base: &RunConfig) -> RunConfig {
    let at = table.span("timeout");
    let timeout = match table.text("timeout").as_deref() {
        None => base.timeout,
        Some("none") => None,
        Some(text) => {
            let parsed = text.parse().ok();
            if parsed.is_none() {
                let hint = format!("{DURATION_HINT}, or `none`");
                table.fault(at, format!("`{}.timeout` cannot be `{text}`", table.path()), Some(hint));
            }
            parsed
        }
    };
    let again = table.count("retry").map_or(base.retry.again, |again| again.min(1000) as u32);
    let shell_at = table.span("shell");
    let shell = table.text("shell").map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    if shell.as_ref().is_some_and(Vec::is_empty) {
        table.fault(
            shell_at,
            format!("`{}.shell` is empty", table.path()),
            Some("write `bash -eo pipefail`".to_owned()),
        );
    }
    let failure_at = table.span("on_failure");
    let pause_on_failure = match table.text("on_failure").as_deref() {
        None => base.pause_on_failure,
        Some("pause") => true,
        Some("stop") => false,
        Some(other) => {
            let message = format!("`{}.on_failure` cannot be `{other}`", table.path());
            table.fault(failure_at, message, Some("write `stop` or `pause`".to_owned()));
            base.pause_on_failure
        }
    };
    RunConfig {
        timeout,
        output_cap: table.count("output_cap_bytes").unwrap_or(base.output_cap),
        retry: Retry {
            again,
            backoff: table.parsed("backoff", DURATION_HINT).unwrap_or(base.retry.backoff),
            most: table.parsed("longest_backoff", DURATION_HINT).unwrap_or(base.retry.most),
        },
        pause_on_failure,
        shell: shell.unwrap_or_else(|| base.shell.clone()),
        observe_after: table.parsed("observe_after", DURATION_HINT).unwrap_or(base.observe_after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use callsheet_access::{Approver, Level};
    use callsheet_base::Duration;

    fn read(text: &str) -> Result<Config, Vec<String>> {
        Config::read(&SourceText::new("callsheet.toml", text))
            .map_err(|faults| faults.iter().map(|f| format!("{f} | {}", f.hint.as_deref().unwrap_or("-"))).collect())
    }

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(read(""), Ok(Config::default()));
    }

    #[test]
    fn everything_it_can_say() {
        let config = read(
            r##"
[services.grants]
runbooks = ["runbooks/grants.md"]
parameters = { region = "eu", replicas = 3 }

[environments.production]
target = { host = "web-1", kube_context = "prod", account = "1234" }
danger = "2:L3"
[environments.production.run]
timeout = "none"

[people."oncall@example.org"]
level = "L3"
roles = ["dba"]

[approvals]
danger = "L2"
expires = "4h"
trust_ci = ["github"]

[notify.ops]
kind = "slack"
url = "$OPS_WEBHOOK"

[run]
timeout = "10m"
retry = 2
on_failure = "pause"
"##,
        )
        .unwrap();
        assert_eq!(config.services["grants"].parameters["replicas"], "3");
        let production = &config.environments["production"];
        assert_eq!(production.target.kube_context.as_deref(), Some("prod"));
        assert_eq!(
            production.danger.as_ref().map(|rule| (rule.needed, rule.who.clone())),
            Some((2, Approver::Level(Level::L3)))
        );
        let run = production.run.as_ref().unwrap();
        assert_eq!((run.timeout, run.retry.again, run.pause_on_failure), (None, 2, true), "the rest is [run]'s");
        assert_eq!(config.people.named["oncall@example.org"].roles, ["dba"]);
        assert_eq!(config.people.trusted_ci, ["github"]);
        assert_eq!(config.approvals.expires, Some(Duration::from_hours(4)));
        assert_eq!(config.notify["ops"], Channel::Slack { url: "$OPS_WEBHOOK".to_owned() });
    }

    #[test]
    fn every_fault_is_found_with_its_place() {
        let faults = read(
            "[environment.x]\n[run]\ntimout = \"1m\"\nretry = \"twice\"\nbackoff = \"soon\"\n[notify.ops]\nkind = \"smoke\"\n[people.dev]\nlevel = \"L9\"\n",
        );
        let expected = [
            "callsheet.toml:1:2: `environment` means nothing here | did you mean `environments`?",
            "callsheet.toml:3:1: `timout` means nothing in `[run]` | did you mean `timeout`?",
            "callsheet.toml:4:9: `run.retry` must be a whole number, 0 or more, not string | -",
            "callsheet.toml:5:11: `run.backoff` cannot be `soon` | write a number and a unit, like `90s`, `15m`, `24h` or `7d`",
            "callsheet.toml:7:8: `notify.ops.kind` cannot be `smoke` | write `terminal`, `webhook` or `slack`",
            "callsheet.toml:9:9: `people.dev.level` cannot be `L9` | write `L1`, `L2`, `L3` or `L4`",
        ];
        assert_eq!(faults.unwrap_err(), expected);
    }

    #[test]
    fn a_service_of_which_only_the_command_is_said_runs_well() {
        let config = read("[services.shop]\ncommand = [\"./shop\"]\n").unwrap();
        let spec = config.service_in("shop", "dev").unwrap();
        assert_eq!((spec.instances, spec.ready.path.as_str()), (1, "/health"));
        assert!(spec.release.strategy.stages(1).is_ok() && spec.release.judging.faults().is_empty());
        assert_eq!(config.service_in("other", "dev"), None);
    }

    #[test]
    fn how_a_service_runs_and_is_released() {
        let config = read(
            r##"
[services.shop]
command = ["{release}", "--port", "{port}"]
instances = 2
environment = { LOG = "info" }
secrets = ["SHOP_KEY"]
ready = { path = "/ready", interval = "200ms", names_version = false }
grace = "5s"
limits = { memory = "256MiB", cpu = 0.5 }
[services.shop.release]
strategy = "canary"
steps = ["5%", "25%"]
hold = "10s"
keep_old = "1m"
judging = { error_limit = "5%", tolerated_ratio = 2, latency = false }
[services.shop.edge]
listen = "0.0.0.0:80"
hosts = ["shop.example"]
sticky = "header:x-session"

[environments.production.services.shop]
instances = 4
release = { strategy = "rolling", surge = 2 }
"##,
        )
        .unwrap();
        let spec = config.service_in("shop", "dev").unwrap();
        assert_eq!((spec.instances, spec.limits.memory_bytes, spec.limits.cpu_millis), (2, Some(256 << 20), Some(500)));
        assert_eq!(spec.release.judging.error_limit, Some(0.05));
        assert_eq!(spec.edge.sticky, crate::Sticky::Header("x-session".to_owned()));
        let shares: Vec<String> =
            spec.release.strategy.stages(2).unwrap().iter().map(|stage| stage.weight.to_string()).collect();
        assert_eq!(shares, ["5%", "25%", "100%"]);
        let there = config.service_in("shop", "production").unwrap();
        assert_eq!((there.instances, there.variables["LOG"].as_str(), there.grace), (4, "info", spec.grace));
        assert_eq!(there.release.strategy.stages(4).unwrap().len(), 2, "waves of two");
        assert_eq!(there.release.keep_old, spec.release.keep_old, "the rest is the service's");
    }

    #[test]
    fn every_fault_of_a_service_is_found_with_its_place() {
        let faults = read(
            "[services.shop]\ncommand = [\"./shop\"]\ninstances = 0\nready = { path = \"health\" }\nlimits = { memory = \"lots\" }\n[services.shop.release]\nsteps = [\"50%\", \"10%\"]\nhold = \"soon\"\njudging = { error_limit = \"900%\" }\nsmokes = \"x\"\n[services.shop.edge]\nlisten = \"80\"\n[services.idle]\ninstances = 2\n",
        );
        let expected = [
            "callsheet.toml:3:13: `services.shop.instances` cannot be 0 | write a number from 1 to 1000",
            "callsheet.toml:4:18: `services.shop.ready.path` must begin with `/`, not `health` | write `/health`",
            "callsheet.toml:5:21: `services.shop.limits.memory` cannot be `lots` | write a number and a unit, like `512MiB` or `2GiB`",
            "callsheet.toml:7:9: canary steps must rise and stay between 0% and 100%: 10% comes after 50% | -",
            "callsheet.toml:8:8: `services.shop.release.hold` cannot be `soon` | write a number and a unit, like `90s`, `15m`, `24h` or `7d`",
            "callsheet.toml:9:13: `services.shop.release.judging.error_limit` cannot be 9 | `error_limit` must lie from 0.00001 to 0.5",
            "callsheet.toml:10:1: `smokes` means nothing in `[services.shop.release]` | did you mean `smoke`?",
            "callsheet.toml:12:10: `services.shop.edge.listen` cannot be `80` | write an address and a port: `127.0.0.1:8080`",
            "callsheet.toml:14:1: `services.idle` has no `command` | write `command = [\"./shop\", \"--port\", \"{port}\"]`",
        ];
        assert_eq!(faults.unwrap_err(), expected);
    }

    #[test]
    fn broken_toml_is_said_too() {
        let faults = read("[run]\ntimeout = \nretry = 1\n").unwrap_err();
        assert!(faults[0].starts_with("callsheet.toml:2:"), "{faults:?}");
    }
}
