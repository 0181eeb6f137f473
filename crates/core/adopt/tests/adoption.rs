//! What each kind of conclusion becomes, and that what it becomes reads as it did before.

use callsheet_adopt::{Adoption, Part, adopt};
use callsheet_diag::SourceText;
use callsheet_runbook::{Runs, Step, read};

fn adopted(text: &str) -> Adoption {
    adopt(&SourceText::new("shop.md", text), &[])
}

fn check(before: &str, after: &str) {
    let first = adopted(before);
    assert_eq!(first.text, after, "{:#?}", first.summary);
    assert_eq!(adopted(after).text, after, "adopting again changes it");
}

fn steps(text: &str) -> Vec<Step> {
    let procedures = read(&SourceText::new("shop.md", text)).runbook.procedures;
    procedures.into_iter().flat_map(|procedure| procedure.steps).collect()
}

#[test]
fn a_block_gets_its_name() {
    check(
        "# Shop\n\n1. Deploy the backend:\n\n   ```bash\n   make deploy\n   ```\n",
        "# Shop\n\n1. Deploy the backend:\n\n   ```bash {name=deploy-the-backend}\n   make deploy\n   ```\n",
    );
}

#[test]
fn same_words_get_different_names() {
    check(
        "# Shop\n\nRun it:\n\n```bash\nmake a\n```\n\nRun it:\n\n```bash\nmake b\n```\n",
        "# Shop\n\nRun it:\n\n```bash {name=run-it}\nmake a\n```\n\nRun it:\n\n```bash {name=run-it-2}\nmake b\n```\n",
    );
}

#[test]
fn expectations_become_attributes() {
    let before = "# Shop\n\n1. Look at the queue:\n\n   ```bash\n   queue status\n   # Expected: \"idle\"\n   ```\n";
    let after = "# Shop\n\n1. Look at the queue:\n\n   ```bash {name=look-at-the-queue expect=idle}\n   queue status\n   # Expected: \"idle\"\n   ```\n";
    check(before, after);
    let step = &steps(after)[0];
    assert!(step.expects.iter().all(|one| !one.inferred) && step.inferred.is_empty(), "{:?}", step.inferred);
    assert_eq!(step.expects.len(), steps(before)[0].expects.len());
}

#[test]
fn what_must_be_filled_in_is_declared() {
    check(
        "# Shop\r\n\r\n```bash\r\nmake restart ID=<service-id> KEY=$API_KEY\r\n```\r\n",
        "---\r\nparameters:\r\n  API_KEY:\r\n    type: secret\r\n  service-id:\r\n    type: string\r\n---\r\n\r\n# Shop\r\n\r\n```bash {name=shop}\r\nmake restart ID=<service-id> KEY=$API_KEY\r\n```\r\n",
    );
}

#[test]
fn front_matter_is_added_to() {
    check(
        "---\ntitle: Shop # the shop\nparameters:\n    pod: {type: string}\n---\n# Shop\n\n```bash {name=go}\ngo <pod> <zone>\n```\n",
        "---\ntitle: Shop # the shop\nparameters:\n    pod: {type: string}\n    zone:\n        type: string\n---\n# Shop\n\n```bash {name=go}\ngo <pod> <zone>\n```\n",
    );
}

#[test]
fn dangers_terminals_and_timeouts_are_written() {
    let text = "# Shop\n\n1. Remove the old release. It takes up to 10 minutes.\n\n   ```bash\n   rm -rf /srv/old\n   ```\n\n2. Open a shell:\n\n   ```bash\n   docker exec -it shop bash\n   ```\n";
    let made = adopted(text).text;
    assert!(made.contains("danger=recursive-delete timeout=10m}"), "{made}");
    assert!(made.contains("interactive=true}"), "{made}");
    assert_eq!(adopted(&made).text, made);
}

#[test]
fn curl_with_an_expectation_becomes_a_flow() {
    check(
        "# Shop\n\n1. Is it up?\n\n   ```bash\n   # The health page\n   curl -s -i -H 'Accept: application/json' http://localhost:8080/health\n   # Expected: HTTP 200, \"status\": \"up\"\n   ```\n",
        "# Shop\n\n1. Is it up?\n\n   ```hurl {name=is-it-up}\n   # The health page\n   GET http://localhost:8080/health\n   Accept: application/json\n   # Expected: HTTP 200, \"status\": \"up\"\n   HTTP 200\n   [Asserts]\n   body matches \"\\\"status\\\"\\\\s*:\\\\s*\\\"up\\\"\"\n   ```\n",
    );
}

#[test]
fn requests_in_a_row_become_one_flow() {
    let text = "# Shop\n\nSmoke test:\n\n```bash\ncurl -fsS -X POST \"$BASE_URL/orders\" -d '{\"id\": 1}' -H \"Authorization: Bearer $TOKEN\"   # Expected: HTTP 201\n\ncurl -fsSk -m 5 -u admin:\"$ADMIN_PASSWORD\" \"$BASE_URL/orders/1\"\n# Expected: \"open\"\n```\n";
    let made = adopted(text).text;
    let flow = "```hurl {name=smoke-test}\nPOST {{BASE_URL}}/orders\nAuthorization: Bearer {{TOKEN}}\nContent-Type: application/x-www-form-urlencoded\n{\"id\": 1}\n# Expected: HTTP 201\nHTTP 201\n\nGET {{BASE_URL}}/orders/1\n[Options]\ninsecure: true\nmax-time: 5s\n[BasicAuth]\nadmin: {{ADMIN_PASSWORD}}\n# Expected: \"open\"\nHTTP *\n[Asserts]\nstatus < 400\nbody contains \"open\"\n```\n";
    assert!(made.ends_with(flow), "{made} {:#?}", adopted(text).summary);
    assert_eq!(adopted(&made).text, made);
    let step = &steps(&made)[0];
    assert_eq!(step.runs, Some(Runs::Hurl));
    let mut names: Vec<&str> = step.params.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["ADMIN_PASSWORD", "BASE_URL", "TOKEN"]);
}

#[test]
fn curl_that_a_flow_cannot_say_stays() {
    for command in [
        "curl -s http://localhost/health | jq .status",
        "curl -s --netrc http://localhost/health",
        "curl -s -d @order.json http://localhost/orders",
        "curl -s \"http://localhost/$(hostname)\"",
        "curl -s $HOST/health",
    ] {
        let text = format!("# Shop\n\nIs it up?\n\n```bash\n{command}\n# Expected: HTTP 200\n```\n");
        let found = adopted(&text);
        assert!(found.text.contains(&format!("\n{command}\n")), "{}", found.text);
        assert!(found.text.contains("expect_status=200}"), "{}", found.text);
    }
}

#[test]
fn ways_conditions_and_optional_steps_are_written() {
    let before = "# Shop\n\n**Option A: quick**\n\n```bash\nmake quick\n```\n\n**Option B: slow**\n\n```bash\nmake slow\n```\n\n## After it\n\n1. If the cache is full, flush it:\n\n   ```bash\n   make flush\n   ```\n\n2. Warm it (optional):\n\n   ```bash\n   make warm\n   ```\n";
    let made = adopted(before).text;
    for written in [
        "{name=option-a-quick choose=\"Option A\"}",
        "{name=option-b-slow choose=\"Option B\"}",
        "condition=\"If the cache is full\"}",
        "{name=warm-it-optional optional}",
    ] {
        assert!(made.contains(written), "{made}");
    }
    assert_eq!(adopted(&made).text, made);
    let plain = |text: &str| -> Vec<_> {
        steps(text).into_iter().map(|step| (step.alternative, step.condition, step.optional)).collect()
    };
    assert_eq!(plain(before), plain(&made));
    // From now on the words may change.
    let reworded = made.replace("**Option A: quick**", "**The quick way**").replace("If the cache is full, f", "F");
    let groups: Vec<_> = steps(&reworded).iter().filter_map(|step| step.alternative.clone()).collect();
    assert_eq!((groups[0].group == groups[1].group, groups.len()), (true, 2), "{groups:?}");
    assert_eq!(steps(&reworded)[2].condition.as_deref(), Some("If the cache is full"));
    assert_eq!(adopted(before).summary.choices, 4);
    let left = adopt(&SourceText::new("a.md", before), &[Part::Choices]).text;
    assert!(!left.contains("choose=") && !left.contains(" optional}") && !left.contains("condition="), "{left}");
}

#[test]
fn ways_back_that_the_words_name_are_written() {
    let before = "# Shop\n\n## Deploy\n\n1. Migrate:\n\n   ```bash\n   make up\n   ```\n\n   To undo:\n\n   ```bash\n   make unmigrate\n   ```\n\n2. Smoke test:\n\n   ```bash\n   make smoke\n   ```\n\n   If the smoke test fails, go to [Rollback](#rollback).\n\n## Rollback\n\n1. Go back:\n\n   ```bash\n   make back\n   ```\n";
    let made = adopted(before).text;
    assert!(made.contains("{name=migrate undo=to-undo}") && made.contains("{name=to-undo}"), "{made}");
    assert!(made.contains("{name=smoke-test rollback=#rollback}"), "{made}");
    assert_eq!(adopted(&made).text, made);
    assert_eq!(adopted(before).summary.rollbacks, 2);
    let left = adopt(&SourceText::new("a.md", before), &[Part::Rollbacks]).text;
    assert!(!left.contains("undo=") && !left.contains("rollback="), "{left}");
}

#[test]
fn schedules_are_facts() {
    let text = "# Shop\n\n## Maintenance\n\n| Task | Frequency |\n|---|---|\n| Rotate the keys | Monthly |\n| Restore drill | Every Monday at 09:00 |\n";
    let found = adopted(text);
    assert!(found.text.contains("  schedule:\n    - {what: "), "{}", found.text);
    assert_eq!(adopted(&found.text).text, found.text);
}

#[test]
fn facts_stand_in_the_front_matter_and_count_once() {
    let text = "# Shop\n\n## Severity levels\n\n| Severity | Response time |\n|---|---|\n| SEV1 | 15 minutes |\n";
    let found = adopted(text);
    assert!(found.text.starts_with("---\nfacts:\n  severity:\n    - {name: SEV1, "), "{}", found.text);
    assert!(found.text.ends_with(text) && found.summary.facts == 1);
    let count = |text: &str| read(&SourceText::new("a.md", text)).runbook.facts.len();
    assert_eq!(count(&found.text), count(text));
    assert_eq!(adopted(&found.text).text, found.text);
    assert_eq!(adopt(&SourceText::new("a.md", text), &[Part::Facts]).text, text);
}

#[test]
fn what_cannot_be_adopted_is_told() {
    let text = "# Shop\n\nRestart it:\n\n    systemctl restart shop\n\nCheck:\n\n```{.bash}\nmake check\n```\n\n1. Ask the owner for a date.\n";
    let found = adopted(text);
    assert_eq!(found.text, text);
    assert!(found.summary.prose >= 1 && found.summary.left.len() >= 2, "{:#?}", found.summary);
}

#[test]
fn our_own_runbook_adopts_cleanly() {
    let text = include_str!("../../../../runbooks/asset-manager.md");
    let found = adopted(text);
    assert!(found.summary.left.iter().all(|left| left.why.starts_with("`curl` stays")), "{:#?}", found.summary.left);
    let (before, after) = (steps(text), steps(&found.text));
    assert_eq!(before.len(), after.len());
    let concluded = |steps: &[Step]| steps.iter().flat_map(|step| &step.expects).filter(|one| one.inferred).count();
    assert!(concluded(&before) > 0);
    let prose = after.iter().filter(|step| step.runs.is_some() && step.expects.iter().any(|one| one.inferred)).count();
    assert_eq!(prose, 0, "{:#?}", found.summary);
    assert_eq!(adopted(&found.text).text, found.text);
}
