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
