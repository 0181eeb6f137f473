//! What a release has run: procedures of the runbook and commands as steps of the plan, with their moments.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_base::Duration;
use callsheet_diag::SourceText;
use callsheet_plan::{Action, Config, DeployOrder, Gate, InDoubt, Inputs, OnFailure, Plan, plan};
use callsheet_rollout::Hook;

fn planned(text: &str, release: &str) -> Result<Plan, Vec<String>> {
    let text = format!("---\nservice: shop\n---\n\n# Shop\n\n{text}");
    let source = SourceText::new("runbooks/shop.md", text.as_str());
    let reading = callsheet_runbook::read(&source);
    let toml = format!(
        "[services.shop]\ncommand = [\"./shop\"]\n[services.shop.release]\n{release}\n[environments.dev]\n[environments.staging]\n"
    );
    let config = Config::read(&SourceText::new("callsheet.toml", toml.as_str())).expect("a good configuration");
    plan(&Inputs {
        source: &source,
        runbook: &reading.runbook,
        procedure: "deploy",
        config: &config,
        environment: "dev",
        given: &BTreeMap::new(),
        leave_out: &BTreeSet::new(),
        variables: &BTreeMap::new(),
    })
    .map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

fn deploy(attributes: &str, more: &str) -> String {
    format!(
        "## Deploy\n\n```bash {{name=ship {attributes}}}\ncallsheet deploy --version 2\n```\n\n\
         ## Flows\n\n```bash {{name=front}}\ncurl -fsS \"$base_url/\"\n```\n{more}"
    )
}

fn order(plan: &Plan) -> &DeployOrder {
    match &plan.steps[0].acts[0].action {
        Action::Deploy(order) => order,
        other => panic!("{other:?}"),
    }
}

/// `MOMENT: first step's id`, in order.
fn moments(plan: &Plan) -> Vec<String> {
    let hooks = order(plan).hooks.iter();
    hooks.map(|one| format!("{:?}: {}", one.hook, plan.steps[one.first.at()].id)).collect()
}

fn refused(text: &str, release: &str, expected: &str) {
    let faults = planned(text, release).unwrap_err();
    assert!(faults.iter().any(|fault| fault.contains(expected)), "{faults:#?}");
}

#[test]
fn a_command_that_is_run_gets_the_parameters_that_the_runbook_declares() {
    let text = "---\nservice: shop\nparameters:\n  mail:\n    default: ops@here.test\n  mails:\n    default: none\n---\n# Shop\n\n## Deploy\n\n```bash {name=ship}\ncallsheet deploy --version 2\n```\n";
    let source = SourceText::new("runbooks/shop.md", text);
    let reading = callsheet_runbook::read(&source);
    let toml = "[services.shop]\ncommand = [\"./shop\"]\n[services.shop.release]\nsmoke = \"./look --as ${mail}\"\n";
    let config = Config::read(&SourceText::new("callsheet.toml", toml)).unwrap();
    let (given, variables) = (BTreeMap::new(), BTreeMap::new());
    let (leave_out, environment, procedure) = (BTreeSet::new(), "dev", "deploy");
    let (source, runbook, config) = (&source, &reading.runbook, &config);
    let (given, variables, leave_out) = (&given, &variables, &leave_out);
    let inputs = Inputs { source, runbook, procedure, config, environment, given, leave_out, variables };
    let plan = plan(&inputs).unwrap();
    let expected = BTreeMap::from([("mail".to_owned(), "ops@here.test".to_owned())]);
    assert_eq!(plan.variables, expected);
}

#[test]
fn procedures_and_commands_stand_beside_the_procedures_own_steps() {
    let keys = "migrate = \"make migrate\"\nassets = \"{release}/web public\"\nwarm = [\"/\", \"/search?q=a\"]\n\
                smoke = \"#flows\"\nlater = [\"T+1h #flows\", \"T+15m ./calm\"]\n";
    let plan = planned(&deploy("", ""), keys).unwrap();
    assert_eq!((plan.main, plan.steps.len()), (1, 6));
    assert_eq!(
        moments(&plan),
        [
            "Migrate: ship/migrate",
            "Assets: ship/assets",
            "Warm: ship/warm",
            "Smoke: flows/front",
            "Public: flows/front",
            "Later(0): ship/later",
            "Later(1): flows/front",
        ]
    );
    let later: Vec<(Duration, String)> = order(&plan).later().into_iter().map(|one| (one.after, one.name)).collect();
    assert_eq!(later, [(Duration::from_mins(15), "./calm".to_owned()), (Duration::from_hours(1), "#flows".to_owned())]);
    let script = |id: &str| match &plan.steps[plan.find(id).unwrap().at()].acts[0].action {
        Action::Shell { script, .. } => script.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(script("ship/assets"), "\"$CALLSHEET_PROGRAM\" assets publish \"$CALLSHEET_RELEASE/web\" \"public\"");
    assert!(
        script("ship/warm").ends_with("warm --base \"$CALLSHEET_BASE_URL\" '/' '/search?q=a'"),
        "{}",
        script("ship/warm")
    );
    let doubt = |id: &str| plan.steps[plan.find(id).unwrap().at()].in_doubt;
    assert_eq!((doubt("ship/migrate"), doubt("ship/warm")), (InDoubt::Person, InDoubt::Again));
}

#[test]
fn attributes_count_before_keys_and_none_takes_a_key_back() {
    let keys = "migrate = \"make migrate\"\nsmoke = \"./smoke.sh\"\nsoak = \"1h\"\n";
    let plan = planned(&deploy("migrate=none smoke=#flows soak=24h", ""), keys).unwrap();
    assert_eq!(moments(&plan), ["Smoke: flows/front", "Public: flows/front"]);
    assert_eq!(order(&plan).spec.release.soak, Duration::from_hours(24));
}

#[test]
fn the_address_needs_no_value_before_it_is_known() {
    assert!(planned(&deploy("smoke=#flows", ""), "").is_ok());
    refused(
        &deploy("smoke=#flows address=SHOP_URL", "").replace("$base_url", "<SHOP_URL>"),
        "",
        "which is another address at each moment: write `$SHOP_URL`",
    );
    let by_hand = deploy("smoke=#flows", "").replace(
        "callsheet deploy --version 2\n",
        "callsheet deploy --version 2\n```\n\n```bash {name=look}\ncurl \"$base_url\"\n",
    );
    refused(&by_hand, "", "`base_url` needs a value");
}

#[test]
fn nobody_is_there_to_be_asked() {
    let asks = "\n- [ ] Look at the page.\n";
    refused(&deploy("smoke=#flows", asks), "", "it can ask nobody");
    let allowed = deploy("migrate=#flows", "\n```bash {name=drop}\ndropdb shop\n```\n");
    let plan = planned(&allowed, "").unwrap();
    assert!(matches!(plan.steps[0].gates.as_slice(), [Gate::Danger { .. }]), "asked before: {:?}", plan.steps[0].gates);
    let drop = &plan.steps[plan.find("flows/drop").unwrap().at()];
    assert_eq!((drop.gates.len(), drop.rollback, &drop.on_failure), (0, false, &OnFailure::Stop));
}

#[test]
fn what_cannot_be_is_told_with_its_place() {
    refused(
        &deploy("smoke=#nowhere", ""),
        "",
        "`smoke=#nowhere`: the runbook has no such procedure; it has: deploy, flows",
    );
    refused(&deploy("smoke=#deploy", ""), "", "it is the procedure that deploys");
    refused(&deploy("later=\"soon #flows\"", ""), "", "like `T+15m #verify`");
    refused(&deploy("soak=long", ""), "", "`soak` cannot be `long`");
    let nothing = "## Deploy\n\n```bash {name=go smoke=#flows}\nmake go\n```\n";
    refused(nothing, "", "it belongs to a step with a `callsheet deploy` line");
}

#[test]
fn another_environment_is_named_on_the_line() {
    let text = deploy("", "").replace("--version 2", "--version 2 --env staging --emergency 'the checkout is down'");
    let plan = planned(&text, "").unwrap();
    assert_eq!(order(&plan).environment.as_deref(), Some("staging"));
    assert_eq!(order(&plan).emergency.as_deref(), Some("the checkout is down"));
    refused(&text.replace("staging", "nowhere"), "", "callsheet.toml names no environment `nowhere`");
    assert_eq!(order(&plan).hook(Hook::Migrate), None);
}
