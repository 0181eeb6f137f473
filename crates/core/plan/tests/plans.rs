//! From a runbook's text to its plan: what a person writes, and what then would run.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_access::Approver;
use callsheet_base::Duration;
use callsheet_diag::SourceText;
use callsheet_plan::{
    Action, Config, Gate, InDoubt, Inputs, OnFailure, ParameterSource, Plan, PlanFault, StepIndex, When, plan,
};
use callsheet_runbook::{FlowFile, FlowSurroundings};

/// A runbook with what is given beside it.
struct Case {
    text: String,
    config: Config,
    given: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
    leave_out: BTreeSet<String>,
    flows: FlowSurroundings,
}

impl Case {
    fn new(text: &str) -> Case {
        Case {
            text: text.to_owned(),
            config: Config::default(),
            given: BTreeMap::new(),
            variables: BTreeMap::new(),
            leave_out: BTreeSet::new(),
            flows: FlowSurroundings::default(),
        }
    }

    fn config(mut self, toml: &str) -> Case {
        self.config = Config::read(&SourceText::new("callsheet.toml", toml)).expect("a good configuration");
        self
    }

    fn given(mut self, name: &str, value: &str) -> Case {
        self.given.insert(name.to_owned(), value.to_owned());
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Case {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn flow_file(mut self, path: &str, text: &str) -> Case {
        let file = FlowFile { path: path.to_owned(), text: text.to_owned() };
        self.flows.files.insert(path.to_owned(), Ok(file));
        self
    }

    fn leave_out(mut self, id: &str) -> Case {
        self.leave_out.insert(id.to_owned());
        self
    }

    fn plan(&self) -> Result<Plan, Vec<PlanFault>> {
        let source = SourceText::new("runbooks/shop.md", self.text.as_str());
        let reading = callsheet_runbook::read_with(&source, &self.flows);
        plan(&Inputs {
            source: &source,
            runbook: &reading.runbook,
            procedure: "deploy",
            config: &self.config,
            environment: "dev",
            given: &self.given,
            variables: &self.variables,
            leave_out: &self.leave_out,
        })
    }

    #[track_caller]
    fn planned(&self) -> Plan {
        self.plan().unwrap_or_else(|faults| panic!("{faults:#?}"))
    }

    #[track_caller]
    fn faults(&self) -> Vec<String> {
        self.plan().expect_err("it cannot be planned").iter().map(PlanFault::to_string).collect()
    }
}

fn scripts(plan: &Plan) -> Vec<&str> {
    let actions = plan.steps.iter().flat_map(|step| &step.acts).filter_map(|act| match &act.action {
        Action::Shell { script, .. } => Some(script.as_str()),
        _ => None,
    });
    actions.collect()
}

/// `name=$name command` hands a parameter on; it is no definition of it, whose value would then be empty.
#[test]
fn a_parameter_that_is_handed_on_under_its_own_name_keeps_its_value() {
    let text = |line: &str| {
        format!("---\nparameters:\n  mail:\n    default: ops@here.test\n---\n## Deploy\n\n```bash\n{line}\n```\n")
    };
    let value = |line: &str| Case::new(&text(line)).planned().variables.get("mail").cloned();
    let default = Some("ops@here.test".to_owned());
    for line in ["mail=$mail ./add", "mail=\"$mail\" ./add", "a=1 mail=${mail} ./add", "(mail=\"${mail}\")"] {
        assert_eq!(value(line), default, "{line}");
    }
    for line in [
        "mail=a@b.test\n./add $mail",
        "mail=$mail.test; ./add $mail",
        "mail=${mail:-x} ./add",
        "mailbox=1\nmail=$mailbox ./add $mail",
    ] {
        let own = value(line);
        assert_eq!(own, None, "{line}");
    }
}

#[test]
fn commands_become_one_script_and_the_plan_reads_back() {
    let plan =
        Case::new("# Shop\n\n## Deploy\n\n1. Build and ship:\n\n   ```bash\n   make build\n   make ship\n   ```\n")
            .planned();
    assert_eq!(scripts(&plan), ["make build\nmake ship"]);
    assert_eq!((plan.service.as_str(), plan.procedure.as_str(), plan.main), ("shop", "deploy", 1));
    let read = Plan::from_json(plan.to_json().as_bytes()).unwrap();
    assert_eq!(read, plan);
    assert_eq!(read.digest(), plan.digest());
}

#[test]
fn a_check_between_commands_cuts_the_script() {
    let text = "## Deploy\n\n```bash\ncurl -s localhost/health\n# Expected: healthy\nmake ship\n```\n";
    let plan = Case::new(text).planned();
    assert_eq!(scripts(&plan), ["curl -s localhost/health", "make ship"], "{plan:#?}");
    assert_eq!(plan.steps[0].acts[0].expects.len(), 1);
}

#[test]
fn parameters_are_filled_or_all_listed() {
    let text = "## Deploy\n\n```bash\nship <service-id> --to <region>\nmigrate \"$SHOP_DB\"\n```\n";
    let faults = Case::new(text).faults();
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults.iter().any(|fault| fault == "`service-id` needs a value (line 4: `<service-id>`)"), "{faults:?}");

    let case = Case::new(text).given("service-id", "web").given("region", "eu west").variable("SHOP_DB", "shop");
    let plan = case.planned();
    assert_eq!(scripts(&plan), ["ship web --to 'eu west'\nmigrate \"$SHOP_DB\""]);
    assert_eq!(plan.variables["SHOP_DB"], "shop");
    assert_eq!(plan.parameters["SHOP_DB"].from, ParameterSource::Environment);
    assert_eq!(plan.parameters["region"].from, ParameterSource::Given);
}

#[test]
fn a_secret_is_named_in_the_plan_and_never_told() {
    let text =
        "---\nsecrets: [DEPLOY_TOKEN]\n---\n## Deploy\n\n```bash\nlogin --db \"$SHOP_URL\" --key <api-key>\n```\n";
    let case = Case::new(text)
        .variable("DEPLOY_TOKEN", "tok-hush-hush")
        .variable("SHOP_URL", "postgres://app:hush-hush@db/shop")
        .variable("API_KEY", "key-hush-hush");
    let plan = case.planned();
    assert!(!plan.to_json().contains("hush"), "{}", plan.to_json());
    assert_eq!(plan.secrets, ["API_KEY", "DEPLOY_TOKEN", "SHOP_URL"]);
    assert_eq!(scripts(&plan), ["login --db \"$SHOP_URL\" --key \"${API_KEY}\""]);
}

#[test]
fn no_value_becomes_code() {
    let text = "## Deploy\n\n```bash\nssh web \"restart <name>\"\n```\n";
    let faults = Case::new(text).given("name", "x; reboot").faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("the value of `name` cannot stand safely in line 4"), "{faults:?}");
    Case::new(text).given("name", "shop-web").planned();
}

#[test]
fn types_are_checked_and_unknown_names_refused() {
    let text =
        "---\nparameters:\n  count: {type: int, default: \"2\"}\n---\n## Deploy\n\n```bash\nscale <count>\n```\n";
    assert_eq!(scripts(&Case::new(text).planned()), ["scale 2"]);
    assert_eq!(Case::new(text).given("count", "two").faults(), ["`count` cannot be `two`: it must be a whole number"]);
    assert_eq!(Case::new(text).given("cuont", "2").faults(), ["this procedure has no parameter `cuont`"]);
}

#[test]
fn danger_needs_a_confirmation_or_the_configured_approval() {
    let text = "## Deploy\n\n```bash\nrm -rf /srv/shop/cache\n```\n";
    let plan = Case::new(text).planned();
    assert!(matches!(&plan.steps[0].gates[..], [Gate::Danger { .. }]), "{:?}", plan.steps[0].gates);
    let config = "[approvals]\ndanger = \"2:L3\"\n[people.lead]\nlevel = \"L3\"\n";
    let plan = Case::new(text).config(config).planned();
    let [Gate::Approval { rule }] = &plan.steps[0].gates[..] else { panic!("{:?}", plan.steps[0].gates) };
    assert_eq!((rule.needed, rule.requester_may), (2, false));
}

#[test]
fn attributes_say_how_a_step_runs() {
    let text = "## Deploy\n\n```bash {name=ship timeout=10m retry=3 backoff=2s idempotent=true approve=dba expires=1h}\nmake ship\n```\n";
    let plan = Case::new(text).planned();
    let step = &plan.steps[0];
    assert_eq!((step.id.as_str(), step.timeout), ("ship", Some(Duration::from_mins(10))));
    assert_eq!((step.retry.again, step.retry.backoff), (3, Duration::from_secs(2)));
    assert_eq!(step.in_doubt, InDoubt::Again);
    let Some(Gate::Approval { rule }) = step.gates.last() else { panic!("{:?}", step.gates) };
    assert_eq!((&rule.who, rule.expires), (&Approver::Role("dba".to_owned()), Some(Duration::from_hours(1))));
    assert!(rule.requester_may, "nobody is listed: a team of one approves its own change");
}

#[test]
fn a_rollback_is_planned_with_its_own_steps() {
    let text = "## Deploy\n\n```bash {name=swap rollback=#rollback}\nmake swap\n```\n\n## Rollback\n\n```bash {name=restore}\nmake restore\n```\n";
    let plan = Case::new(text).planned();
    assert_eq!(plan.steps[0].on_failure, OnFailure::Rollback("rollback".to_owned()));
    assert_eq!((plan.main, plan.rollbacks[0].first, plan.rollbacks[0].count), (1, StepIndex(1), 1));
    assert_eq!((plan.steps[1].id.as_str(), &plan.steps[1].on_failure), ("rollback/restore", &OnFailure::Pause));
}

#[test]
fn rollbacks_in_a_circle_and_to_nowhere_are_refused() {
    let circle =
        "## Deploy\n\n```bash {rollback=#undo-it}\na\n```\n\n## Undo it\n\n```bash {rollback=#deploy}\nb\n```\n";
    assert_eq!(Case::new(circle).faults(), ["the rollbacks lead in a circle: deploy → undo-it → deploy"]);
    let nowhere = "## Deploy\n\n```bash {rollback=#gone}\na\n```\n";
    assert!(Case::new(nowhere).faults()[0].contains("the file has no such procedure; it has: deploy"));
}

#[test]
fn what_undoes_is_no_step_of_its_own() {
    let text = "## Deploy\n\n```bash {name=stop undo=start}\nsvc stop-soft\n```\n\n```bash {name=start}\nsvc start\n```\n\n```bash {name=copy}\ncp a b\n```\n";
    let plan = Case::new(text).planned();
    assert_eq!(plan.main, 2);
    assert_eq!(plan.steps[0].undo, Some(StepIndex(2)));
    assert_eq!(plan.steps[2].id.as_str(), "start");
    assert_eq!(plan.steps[1].on_failure, OnFailure::Undo);
}

#[test]
fn conditions_are_compiled() {
    let text = "## Deploy\n\n```bash {name=probe}\ntrue\n```\n\n```bash {name=fix when=probe.failed}\nfix\n```\n\n```bash {name=blue when=\"$color == blue\"}\npaint\n```\n";
    let with =
        |color: &str| Case::new(&format!("---\nparameters:\n  color: {{default: {color}}}\n---\n{text}")).planned();
    let plan = with("green");
    assert!(plan.steps[1].gates.contains(&Gate::When(When::Failed(StepIndex(0)))), "{:?}", plan.steps[1].gates);
    assert_eq!(plan.steps[0].on_failure, OnFailure::GoOn);
    assert!(plan.steps[2].gates.iter().any(|gate| matches!(gate, Gate::When(When::Known { holds: false, .. }))));
    assert!(with("blue").steps[2].gates.iter().any(|gate| matches!(gate, Gate::When(When::Known { holds: true, .. }))));
    let wrong = "## Deploy\n\n```bash {name=a when=b.failed}\ntrue\n```\n\n```bash {name=b}\ntrue\n```\n";
    assert!(Case::new(wrong).faults()[0].contains("`b` is no step before `a`"));
}

#[test]
fn verbs_run_natively_each_its_own_act() {
    let text = "## Deploy\n\n```bash\ncallsheet notify ops \"deploying <version>\"\ncallsheet wait 15m\ncallsheet approve L2\n```\n";
    let config = "[notify.ops]\nkind = \"terminal\"\n";
    let plan = Case::new(text).config(config).given("version", "v1 \"final\"").planned();
    let actions: Vec<&Action> = plan.steps[0].acts.iter().map(|act| &act.action).collect();
    assert_eq!(*actions[0], Action::Notify { channel: "ops".to_owned(), text: "deploying v1 \"final\"".to_owned() });
    assert!(matches!(actions[1], Action::Wait { least, .. } if *least == Duration::from_mins(15)));
    assert!(matches!(actions[2], Action::Approve { .. }));
    assert_eq!(plan.steps[0].acts.iter().map(|act| act.line).collect::<Vec<_>>(), [4, 5, 6]);

    let unknown = Case::new(text).given("version", "v1").faults();
    assert!(unknown[0].contains("callsheet.toml has no channel `ops`"), "{unknown:?}");
}

#[test]
fn what_this_version_does_not_run_is_refused_unless_left_out() {
    let text =
        "## Deploy\n\n```bash {name=ship}\nmake ship\n```\n\n```bash {name=move}\ncallsheet fault latency\n```\n";
    let faults = Case::new(text).faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains("`callsheet fault` is not done by this version as a step"), "{faults:?}");
    let plan = Case::new(text).leave_out("move").planned();
    assert!(matches!(&plan.steps[1].gates[..], [Gate::When(When::Known { holds: false, .. })]));
    assert_eq!(
        Case::new("## Deploy\n\n```bash\ntrue\n```\n").leave_out("nope").faults(),
        ["the procedure has no step `nope` to leave out"]
    );
}

#[test]
fn flows_sql_and_conditions_are_handed_to_our_own_program() {
    let text = "## Deploy\n\n```hurl {name=flow}\nGET {{base}}/health/<region>\nHTTP 200\n[Captures]\nn: status\n```\n\n```sql {name=count db=main}\nselect count(*) from shop;\n```\n\n```promql {name=calm for=5m}\nup == 1\n```\n";
    let config = "[databases.main]\nurl = \"$SHOP_DB\"\n";
    let plan = Case::new(text).config(config).given("region", "eu-1").given("base", "http://shop").planned();
    let scripts = scripts(&plan);
    assert!(scripts[0].contains("export base; exec \"$CALLSHEET_PROGRAM\" flow"), "{}", scripts[0]);
    assert!(scripts[0].contains("GET {{base}}/health/eu-1\nHTTP 200"), "{}", scripts[0]);
    assert!(scripts[1].starts_with("CALLSHEET_DATABASE_URL=\"${SHOP_DB:?"), "{}", scripts[1]);
    assert!(scripts[1].contains("sql --max-rows 1000 --timeout 30s <<'CALLSHEET_SQL'\nselect count"), "{}", scripts[1]);
    assert!(scripts[2].contains("promql --for 5m <<'CALLSHEET_PROMQL'\nup == 1\n"), "{}", scripts[2]);
    assert!(plan.steps.iter().all(|step| step.in_doubt == InDoubt::Again), "{plan:#?}");
}

const SMOKE: &str = "GET {{base}}/health\nX-Key: {{key}}\nHTTP 200\n[Captures]\nversion: jsonpath \"$.version\"\n";

#[test]
fn a_call_of_hurl_carries_its_files_text() {
    let text = "## Deploy\n\n```bash {name=smoke}\nhurl --test --variable base=$BASE --secret key=$KEY --retry 2 tests/smoke.hurl\n```\n\n```bash\necho $version\n```\n";
    let case =
        Case::new(text).flow_file("tests/smoke.hurl", SMOKE).variable("BASE", "http://shop").variable("KEY", "k3y");
    let plan = case.planned();
    let script = scripts(&plan)[0];
    assert!(script.contains("$(export base=$BASE; export key=$KEY; exec \"$CALLSHEET_PROGRAM\" flow"), "{script}");
    let options = "--name 'tests/smoke.hurl' --file-root \"$CALLSHEET_ROOT\"/'tests' --secret key --retry 2 3>&1";
    assert!(script.contains(options), "{script}");
    assert!(script.contains("GET {{base}}/health\nX-Key: {{key}}"), "{script}");
    assert_eq!(plan.steps[0].in_doubt, InDoubt::Again);
    assert_eq!(plan.files["tests/smoke.hurl"], callsheet_base::Digest::of(SMOKE.as_bytes()));
    assert_eq!(plan.steps[0].inferred.last().unwrap().value, "tests/smoke.hurl, 1 request");
    // What the file captures is set for what follows.
    assert!(!plan.variables.contains_key("version"), "{plan:#?}");
    let changed = case.flow_file("tests/smoke.hurl", &SMOKE.replace("GET", "POST")).planned();
    assert_ne!(changed.digest(), plan.digest());
    assert_eq!(changed.steps[0].in_doubt, InDoubt::Person);
}

#[test]
fn a_fence_or_a_link_names_a_flows_file() {
    let text =
        "## Deploy\n\n```hurl {name=smoke file=tests/smoke.hurl}\n```\n\n1. Run [the smoke flow](tests/smoke.hurl)\n";
    let case = Case::new(text).flow_file("tests/smoke.hurl", SMOKE).given("key", "k").given("base", "http://shop");
    let plan = case.variable("KEY", "k3y").planned();
    assert_eq!(scripts(&plan).iter().filter(|script| script.contains("export base key; exec")).count(), 2, "{plan:#?}");
    let faults = Case::new(text).faults();
    assert_eq!(faults[0], "step `smoke` (line 3): nobody looked for the flow `tests/smoke.hurl`");
}

#[test]
fn a_flows_file_is_refused_with_the_place_within_it() {
    let text = "## Deploy\n\n```bash\nhurl a.hurl\n```\n";
    let bad = Case::new(text).flow_file("a.hurl", "GET http://h\nHTTP 200\n[Asserts]\nstatus is 200\n").faults();
    assert!(bad[0].ends_with("(line 4): a.hurl:4:8: `is` is no predicate"), "{bad:?}");
    let xpath = "GET http://h\nHTTP 200\n[Asserts]\nxpath \"//a\" exists\n";
    let mut case = Case::new(text).flow_file("a.hurl", xpath);
    assert!(case.faults()[0].contains("a.hurl:4:1: `xpath` is carried out by the `hurl` program only"));
    case.flows.program = Some("8.0.1".to_owned());
    let plan = case.planned();
    let inferred = &plan.steps[0].inferred.last().unwrap();
    assert_eq!((&*inferred.field, &*inferred.value), ("program", "the installed hurl 8.0.1: `xpath` in a.hurl:4"));
}

#[test]
fn other_calls_of_hurl_stay_the_shells() {
    for fence in
        ["hurl --json a.hurl", "cd tests\nhurl a.hurl", "hurl a.hurl\n# Expected: \"ok\"", "hurl a.hurl | jq ."]
    {
        let text = format!("## Deploy\n\n```bash\n{fence}\n```\n");
        let plan = Case::new(&text).flow_file("a.hurl", "GET http://h\n").planned();
        assert!(scripts(&plan).iter().all(|script| !script.contains("CALLSHEET_PROGRAM")), "{plan:#?}");
    }
    let moved = "## Deploy\n\n```bash\ncd tests\n```\n\n```bash\nhurl a.hurl\n```\n";
    let plan = Case::new(moved).flow_file("a.hurl", "GET http://h\n").planned();
    assert_eq!(scripts(&plan), ["cd tests", "hurl a.hurl"]);
}

#[test]
fn what_changes_something_is_not_run_twice() {
    let text = "## Deploy\n\n```hurl\nPOST http://shop/orders\n```\n\n```sql {write=true}\nupdate shop set open = true;\n```\n";
    let plan = Case::new(text).planned();
    assert!(plan.steps.iter().all(|step| step.in_doubt == InDoubt::Person), "{plan:#?}");
}

#[test]
fn texts_and_attributes_of_other_languages_are_checked() {
    let text = "## Deploy\n\n```hurl\nGET http://shop\nHTTP 200\n[Asserts]\nstatus is 200\n```\n\n```sql {db=other}\nselect 1;\n```\n\n```promql {for=soon}\nup\n```\n\n```sql\nselect * from shop where id = <id>;\n```\n";
    let faults = Case::new(text).given("id", "1; drop table shop").faults();
    assert!(faults[0].contains("(line 7): this HTTP flow cannot be read: `is` is no predicate"), "{faults:?}");
    assert!(faults[1].contains("callsheet.toml has no `[databases.other]`"), "{faults:?}");
    assert!(faults[2].contains("`for=soon`"), "{faults:?}");
    assert!(faults[3].contains("the value of `id` cannot stand safely"), "{faults:?}");
}

#[test]
fn a_soak_with_only_watching_after_it_begins_the_observing() {
    let text = "## Deploy\n\n```bash {name=ship}\nmake ship\n```\n\n```bash {name=soak}\ncallsheet wait 24h\n```\n";
    assert_eq!(Case::new(text).planned().observes_from, Some(StepIndex(1)));
    let more = format!("{text}\n```bash {{name=more}}\nmake more\n```\n");
    assert_eq!(Case::new(&more).planned().observes_from, None);
}

#[test]
fn the_environment_names_the_target() {
    let text = "## Deploy\n\n```bash\nscale <replicas>\n```\n";
    let config = "[environments.dev]\ntarget = { host = \"web-1\" }\nparameters = { replicas = 3 }\n";
    let plan = Case::new(text).config(config).planned();
    assert_eq!(plan.target.host.as_deref(), Some("web-1"));
    assert_eq!((scripts(&plan), plan.parameters["replicas"].from), (vec!["scale 3"], ParameterSource::Config));
    let other = "[environments.production]\n";
    assert_eq!(
        Case::new(text).config(other).given("replicas", "1").faults(),
        ["callsheet.toml names no environment `dev`"]
    );
}

#[test]
fn a_procedure_that_is_not_there_is_named_with_those_that_are() {
    let faults = Case::new("## Other\n\n```bash\ntrue\n```\n").plan().unwrap_err();
    assert_eq!(faults[0].to_string(), "runbooks/shop.md has no procedure `deploy`");
    assert_eq!(faults[0].hint(), "it has: other");
}
