//! Releases in a runbook: what `callsheet deploy` and `callsheet rollback` lines become.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_diag::SourceText;
use callsheet_plan::{Action, Config, Goal, InDoubt, Inputs, Plan, plan};

fn planned(text: &str, toml: &str) -> Result<Plan, Vec<String>> {
    let source = SourceText::new("runbooks/shop.md", text);
    let reading = callsheet_runbook::read(&source);
    let config = Config::read(&SourceText::new("callsheet.toml", toml)).expect("a good configuration");
    let given = BTreeMap::from([("version".to_owned(), "1.4.0".to_owned())]);
    let given = if text.contains("<version>") { given } else { BTreeMap::new() };
    plan(&Inputs {
        source: &source,
        runbook: &reading.runbook,
        procedure: "deploy",
        config: &config,
        environment: "dev",
        given: &given,
        leave_out: &BTreeSet::new(),
        variables: &BTreeMap::new(),
    })
    .map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

#[test]
fn a_release_is_brought_out_as_configured() {
    let config = "[services.shop]\ncommand = [\"./shop\"]\nsecrets = [\"SHOP_KEY\"]\n";
    let text = "---\nservice: shop\n---\n## Deploy\n\n```bash {name=ship rollback=#rollback}\ncallsheet deploy --version <version> --artifact 'build/shop v1'\n```\n\n## Rollback\n\n```bash {name=back}\ncallsheet rollback shop\n```\n\n## Rollback triggers\n\n| trigger | action |\n| --- | --- |\n| 5xx error rate > 4 % for 5 minutes | roll back |\n";
    let plan = planned(text, config).unwrap();
    let Action::Deploy(order) = &plan.steps[0].acts[0].action else { panic!("{plan:#?}") };
    assert_eq!((order.service.as_str(), order.spec.command[0].as_str()), ("shop", "./shop"));
    let artifact = Some("build/shop v1".to_owned());
    assert_eq!(order.goal, Goal::Version { version: "1.4.0".to_owned(), artifact, one_way: None });
    assert_eq!(order.spec.release.judging.error_limit, Some(0.04), "the runbook's own trigger");
    assert!(plan.steps[0].inferred.iter().any(|inferred| inferred.field == "error-limit"), "{:?}", plan.steps[0]);
    assert_eq!((plan.secrets.as_slice(), plan.steps[0].in_doubt), (&["SHOP_KEY".to_owned()][..], InDoubt::Again));
    let Action::Deploy(back) = &plan.steps[1].acts[0].action else { panic!("{plan:#?}") };
    assert_eq!(back.goal, Goal::Back { to: None });

    let faults = planned(text, "").unwrap_err();
    assert!(faults[0].contains("callsheet.toml does not say how `shop` runs"), "{faults:?}");
    let wrong = |line: &str| planned(&format!("## Deploy\n\n```bash\n{line}\n```\n"), config).unwrap_err();
    assert!(wrong("callsheet deploy shop")[0].contains("needs a version"));
    assert!(wrong("callsheet deploy shop --version 1 --canary")[0].contains("does not know `--canary`"));
    assert!(wrong("callsheet rollback shop stock")[0].contains("not also `stock`"));
}

#[test]
fn conditions_know_their_release_and_their_place() {
    let text = "---\nservice: shop\n---\n## Deploy\n\n```bash\ncallsheet deploy --version <version>\n```\n";
    let config = "[services.shop]\ncommand = [\"./shop\"]\n[services.shop.release]\n\
         conditions = [\"up == 1\", { promql = 'q{version=\"{version}\",job=\"{service}\"} < 9', for = \"1m\", every = \"5s\", metrics = \"main\" }]\n";
    let metrics = "[metrics.main]\nurl = \"http://prometheus.test\"\n[metrics.other]\nurl = \"$OTHER\"\n";
    let plan = planned(text, &format!("{config}{metrics}")).unwrap();
    let Action::Deploy(order) = &plan.steps[0].acts[0].action else { panic!("{plan:#?}") };
    let shown: Vec<String> = order
        .conditions
        .iter()
        .map(|one| format!("{} at {} every {} for {}", one.expression, one.source, one.every, one.tolerated))
        .collect();
    let expected = [
        "up == 1 at $PROMETHEUS_URL every 15s for 0s",
        "q{version=\"1.4.0\",job=\"shop\"} < 9 at http://prometheus.test every 5s for 1m",
    ];
    assert_eq!(shown, expected);
    let faults = planned(text, config).unwrap_err();
    assert!(faults[0].contains("has no `[metrics.main]`"), "{faults:?}");

    let line = "callsheet deploy --version <version> --condition 'rate(x{v=\"{version}\"}[5m]) < 9' --condition 'up == 1 for 1m'";
    let text = text.replace("callsheet deploy --version <version>", line);
    let plan = planned(&text, "[services.shop]\ncommand = [\"./shop\"]\n").unwrap();
    let Action::Deploy(order) = &plan.steps[0].acts[0].action else { panic!("{plan:#?}") };
    let of_line: Vec<String> =
        order.conditions.iter().map(|one| format!("{} for {}", one.expression, one.tolerated)).collect();
    assert_eq!(of_line, ["rate(x{v=\"1.4.0\"}[5m]) < 9 for 0s", "up == 1 for 1m"]);
    let faults = planned(&text.replace("up == 1 for 1m", " for 1m"), config).unwrap_err();
    assert!(faults.concat().contains("has no condition"), "{faults:?}");

    let wrong = |conditions: &str| {
        let toml =
            format!("[services.shop]\ncommand = [\"./shop\"]\n[services.shop.release]\nconditions = {conditions}\n");
        let faults = Config::read(&SourceText::new("callsheet.toml", toml)).unwrap_err();
        faults.iter().map(ToString::to_string).collect::<String>()
    };
    assert!(wrong("[{ for = \"1m\" }]").contains("has no `promql`"), "{}", wrong("[{ for = \"1m\" }]"));
    assert!(wrong("[{ promql = \"up\", every = \"1ms\" }]").contains("asked too often"));
    assert!(wrong("\"up\"").contains("must be a list"));
    assert!(wrong("[{ promql = \"up\", evry = \"1s\" }]").contains("`evry` means nothing"));
}

#[test]
fn a_release_knows_the_schema_it_rests_on() {
    let text = |line: &str| format!("---\nservice: shop\n---\n## Deploy\n\n```bash\n{line}\n```\n");
    let order = |line: &str, release: &str| -> Result<Option<callsheet_plan::SchemaOrder>, Vec<String>> {
        let database = "[databases.main]\nurl = \"$SHOP_DB\"\nmigrations = \"db\"\n";
        let config = format!("[services.shop]\ncommand = [\"./shop\"]\n[services.shop.release]\n{release}\n{database}");
        let plan = planned(&text(line), &config)?;
        let Action::Deploy(order) = &plan.steps[0].acts[0].action else { panic!("{plan:#?}") };
        Ok(order.schema.clone())
    };
    assert_eq!(order("callsheet deploy --version 2", ""), Ok(None), "nobody says that it has one");
    let said = order("callsheet deploy --version 2 --schema 0008..", "schema = \"0007..\"").unwrap().unwrap();
    assert_eq!(
        (said.needs.as_deref(), said.database.as_str(), said.source.as_str()),
        (Some("0008.."), "`main`", "$SHOP_DB")
    );
    let back = order("callsheet rollback", "database = \"main\"").unwrap().unwrap();
    assert_eq!((back.needs, back.migrations.as_deref()), (None, Some("db")));
    let wrong = order("callsheet deploy --version 2 --schema seven", "").unwrap_err();
    assert!(wrong[0].contains("`seven` must name revisions"), "{wrong:?}");
    let wrong = order("callsheet deploy --version 2", "database = \"other\"").unwrap_err();
    assert!(wrong[0].contains("has no `[databases.other]`"), "{wrong:?}");
}
