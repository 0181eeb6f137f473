//! Which steps are read from small runbooks: line, kind, what else is known, title.

use callsheet_diag::SourceText;
use callsheet_runbook::read;

fn render(text: &str) -> Vec<String> {
    let reading = read(&SourceText::new("test.md", text));
    let mut lines = Vec::new();
    for procedure in &reading.runbook.procedures {
        for step in &procedure.steps {
            let mut line = format!("{} {}", step.at.line, format!("{:?}", step.kind).to_lowercase());
            let notes = [
                (!step.expects.is_empty(), " expects"),
                (!step.params.is_empty(), " placeholder"),
                (!step.danger.is_empty(), " danger"),
                (step.interactive, " interactive"),
            ];
            line.extend(notes.iter().filter(|(holds, _)| *holds).map(|(_, note)| *note));
            lines.push(format!("{line} | {}", step.title));
        }
    }
    lines
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(render(text), expected, "{text}");
    assert_eq!(render(&text.replace('\n', "\r\n")), expected, "with CRLF:\n{text}");
}

#[test]
fn list_items_and_the_fences_they_introduce_are_one_step() {
    check(
        "# T\n\n1. Stop the worker:\n   ```bash\n   systemctl stop worker\n   ```\n2. Confirm that the queue is empty\n",
        &["3 command danger | Stop the worker", "7 check expects | Confirm that the queue is empty"],
    );
    check(
        "# T\n\n1. **Look at the pods:**\n```bash\nkubectl get pods\n```\n\n2. Tell the team\n",
        &["3 command | Look at the pods", "8 notify | Tell the team"],
    );
}

#[test]
fn explanations_are_no_steps() {
    check(
        "# T\n\n## Symptoms\n\n- Check fails\n- Restart loops\n\n## Fix\n\n- Restart the worker\n",
        &["10 manual | Restart the worker"],
    );
    check(
        "# T\n\nDo it when results are stale. It takes a minute.\n\n- Restart the worker\n",
        &["5 manual | Restart the worker"],
    );
    check("# T\n\n- [x] Build the image\n- [ ] Ship the image\n", &["4 manual | Ship the image"]);
}

#[test]
fn commands_say_what_they_need() {
    check(
        "# T\n\n```bash\n# Expected: HTTP 200\ncurl https://shop.example.com/health\n```\n",
        &["3 command expects placeholder | T"],
    );
    check("# T\n\n```console\n$ tail -f app.log\n```\n", &["3 command interactive | T"]);
    check("# T\n\n```bash\n# Press the red button\n```\n", &["3 manual | T"]);
}

#[test]
fn other_languages_are_read() {
    check(
        "# T\n\n## Schritte\n\n- Dienst neu starten\n- Protokoll prüfen\n",
        &["5 manual | Dienst neu starten", "6 check | Protokoll prüfen"],
    );
}

#[test]
fn a_run_of_numbered_phases_is_one_procedure() {
    let text = "# Ship\n\n## Step 1: stop\n\n```bash\na.sh\n```\n\n## Step 2: start\n\n```bash\nb.sh\n```\n";
    let reading = read(&SourceText::new("test.md", text));
    let found: Vec<(&str, usize)> =
        reading.runbook.procedures.iter().map(|one| (one.slug.as_str(), one.steps.len())).collect();
    assert_eq!(found, [("ship", 2)]);
}

#[test]
fn a_label_over_a_table_says_nothing_about_the_steps_after_it() {
    check(
        "# T\n\n## Rollback\n\nUsers come first.\n\nTriggers:\n\n| Metric | Limit |\n|---|---|\n| errors | 1 % |\n\n1. Stop the queue\n2. Tell the team\n",
        &["13 manual | Stop the queue", "14 notify | Tell the team"],
    );
    check(
        "# T\n\n## Rollback\n\nTriggers:\n\n- errors grow\n- checks fail\n\n1. Stop the queue\n",
        &["10 manual | Stop the queue"],
    );
}

#[test]
fn quoted_programs_hold_no_placeholders() {
    check("# T\n\n```bash\nps aux | awk '{print $NF}'\ncurl -s x | grep '<h1>Shop</h1>'\n```\n", &["3 command | T"]);
    check("# T\n\n```bash\nawk '{\n  print $x\n}' log\n```\n", &["3 command | T"]);
    check("# T\n\n```bash\nssh host 'cat $FILE_OF_MINE'\n```\n", &["3 command placeholder | T"]);
}

#[test]
fn a_query_is_judged_by_the_value_that_its_comment_states() {
    for (comment, needle) in [("-- Expected: 3", "3"), ("-- 3 rows", "(3 row"), ("-- Expected: 200", "200")] {
        let text = format!("# T\n\n```sql\nselect count(*) from t;\n{comment}\n```\n");
        let reading = read(&SourceText::new("test.md", &*text));
        let expects = &reading.runbook.procedures[0].steps[0].expects;
        let contains = callsheet_runbook::ExpectTest::Contains { needle: needle.to_owned() };
        assert_eq!(expects.iter().map(|one| one.test.clone()).collect::<Vec<_>>(), [contains], "{text}");
    }
}

#[test]
fn bare_titles_above_lists_are_labels() {
    check(
        "# Lag\n\nSummary\n- Restart loops were seen\n\nRepair\n- Restart the receiver\n\nVerification\n- All readers are level\n",
        &["7 manual | Restart the receiver", "10 check expects | All readers are level"],
    );
    check("# Duty\n\n## Principles\n\n- Write down every act\n", &[]);
}

#[test]
fn questions_behind_an_act_and_open_checks() {
    check(
        "# T\n\n1. Check the cable to the tower; loose plug?\n2. Check whether the tower waits for a key\n",
        &["3 check | Check the cable to the tower; loose plug?", "4 check | Check whether the tower waits for a key"],
    );
}

#[test]
fn an_act_that_needs_approval_is_still_an_act() {
    check(
        "# T\n\n1. Clear the parked orders (requires approval)\n2. Get sign-off (required)\n3. Brief the next shift on open orders\n",
        &[
            "3 manual | Clear the parked orders (requires approval)",
            "4 approve | Get sign-off (required)",
            "5 notify | Brief the next shift on open orders",
        ],
    );
}

#[test]
fn tasks_and_restores_are_dangerous_by_their_words() {
    check(
        "# T\n\n1. Halt the shop (`make down`).\n2. Restore the last snapshot\n3. Restore the last snapshot to a scratch machine\n",
        &[
            "3 command danger | Halt the shop (make down).",
            "4 manual danger | Restore the last snapshot",
            "5 manual | Restore the last snapshot to a scratch machine",
        ],
    );
    check(
        "# T\n\n1. Look at the failed `terraform plan` output\n2. Use `df -h` to verify the free space\n",
        &[
            "3 manual | Look at the failed terraform plan output",
            "4 command expects | Use df -h to verify the free space",
        ],
    );
}

#[test]
fn results_stand_behind_a_command_in_few_words() {
    check(
        "# T\n\n```bash\ncurl -sI http://127.0.0.1:8080/ | head -1   # 200\n```\n\n```bash\nrelayctl peers   # both healthy\n```\n",
        &["3 command expects | T", "7 command expects | T"],
    );
    check("# T\n\n```bash\nrelayctl peers\n# All peers should appear\n```\n", &["3 command expects | T"]);
    check("# T\n\n```bash\nrelayctl peers   # the slow way\n```\n", &["3 command | T"]);
}

#[test]
fn labels_and_keys_without_an_act() {
    check(
        "# T\n\n## Switch\n\nEnsure:\n\n- routes restored\n- caches provisioned\n",
        &["7 check expects | routes restored", "8 check expects | caches provisioned"],
    );
    check(
        "# T\n\n## Copies\n\n- **Retention policy**: Keep monthly copies for a year\n- Snapshot failure: CRITICAL\n",
        &[],
    );
    check("# T\n\n## Reload\n\nOnly reload if the check passes.\n\n1. Reload it\n", &["7 manual | Reload it"]);
    check("# T\n\n## Quarterly restore test\n\n- Document what was found\n", &["5 manual | Document what was found"]);
}

#[test]
fn the_fence_below_an_order_to_run_is_no_output() {
    check(
        "# T\n\nRun the following and wait until it prints `ready`:\n\n```\nrelayctl shard restart 7\n```\n\nEvery shard is listed as `up`.\n",
        &["5 command expects | Run the following and wait until it prints ready"],
    );
    check(
        "# T\n\n1. Create or choose a snapshot; note its name\n",
        &["3 manual | Create or choose a snapshot; note its name"],
    );
    check("# T\n\nPage the engineer on call when the queue holds more than 900 jobs.\n", &[]);
}
