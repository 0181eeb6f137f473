//! What a runbook writes as attributes and front matter is no longer a conclusion: it overrules what was inferred, and an
//! inferred expectation that is written too fails the step instead of pausing the run.

use crate::model::{
    Danger, Expect, ExpectTest, FrontMatter, Inferred, Placeholder, PlaceholderForm, Runs, Step, StepKind,
    WrittenExpect,
};

/// Lets the step's attributes and the front matter's declarations count.
pub(crate) fn settle(step: &mut Step, front_matter: &FrontMatter) {
    expects(step);
    dangers(step);
    if let Some(kind) = step.attributes.kind {
        step.kind = kind;
        if kind != StepKind::Command {
            step.runs = step.runs.filter(|runs| *runs == Runs::Verb);
        }
    }
    let mut inferred = std::mem::take(&mut step.inferred);
    inferred.retain(|one| !is_written(one, step, front_matter));
    step.inferred = inferred;
}

fn expects(step: &mut Step) {
    let exit = step.attributes.expect_exit;
    let exit = exit.map(|status| (Some(ExpectTest::Exit { status }), format!("expect_exit={status}")));
    let written = step.attributes.expects.iter().map(WrittenExpect::test);
    let wanted: Vec<(Option<ExpectTest>, String)> = written.chain(exit).collect();
    for (test, text) in wanted {
        let same = |one: &Expect| match &test {
            Some(test) => one.test == *test,
            None => matches!(one.test, ExpectTest::Resembles { .. }),
        };
        let mut found = false;
        for one in step.expects.iter_mut().filter(|one| same(one)) {
            one.inferred = false;
            found = true;
        }
        if let Some(test) = test.filter(|_| !found) {
            step.expects.push(Expect { test, text, line: step.at.line, act: None, inferred: false });
        }
    }
}

impl WrittenExpect {
    /// The test that it writes, `None` for the output that the runbook shows; and the attribute's own text.
    pub fn test(&self) -> (Option<ExpectTest>, String) {
        match self {
            WrittenExpect::Status(status) => {
                (Some(ExpectTest::HttpStatus { status: *status }), format!("expect_status={status}"))
            }
            WrittenExpect::Contains(needle) => {
                (Some(ExpectTest::Contains { needle: needle.clone() }), format!("expect={needle}"))
            }
            WrittenExpect::Lacks(needle) => {
                (Some(ExpectTest::Lacks { needle: needle.clone() }), format!("expect_not={needle}"))
            }
            WrittenExpect::Matches(pattern) => {
                (Some(ExpectTest::Matches { pattern: pattern.clone() }), format!("expect_match={pattern}"))
            }
            WrittenExpect::Empty => (Some(ExpectTest::Empty), "expect_empty".to_owned()),
            WrittenExpect::Output => (None, "expect_output".to_owned()),
            WrittenExpect::Person => (Some(ExpectTest::Person), "expect_person".to_owned()),
        }
    }
}

fn dangers(step: &mut Step) {
    for kind in &step.attributes.danger {
        if !step.danger.iter().any(|one| one.kind == *kind) {
            let text = format!("danger={kind}");
            step.danger.push(Danger { kind: kind.clone().into(), text, line: step.at.line });
        }
    }
}

/// Whether what was concluded is written as well.
fn is_written(one: &Inferred, step: &Step, front_matter: &FrontMatter) -> bool {
    let attributes = &step.attributes;
    match &*one.field {
        // A block that somebody named is what it looks like.
        "kind" => attributes.kind.is_some() || attributes.name.is_some() && step.kind == StepKind::Command,
        "expects" => {
            !step.expects.iter().any(|expect| expect.inferred && expect.line == one.line && expect.text == one.value)
        }
        "danger" => attributes.danger.iter().any(|kind| *kind == one.value),
        "params" => front_matter.declares_for(&one.value, step),
        _ => false,
    }
}

impl FrontMatter {
    /// Whether the value is declared: as a parameter, or as a secret variable.
    pub(crate) fn declares(&self, one: &Placeholder) -> bool {
        self.parameters.contains_key(&one.name)
            || one.form == PlaceholderForm::Variable && self.secrets.contains(&one.name)
    }

    /// Whether the step's value of that name is declared.
    fn declares_for(&self, name: &str, step: &Step) -> bool {
        self.parameters.contains_key(name)
            || self.secrets.iter().any(|secret| secret == name)
                && step.params.iter().any(|one| one.name == name && self.declares(one))
    }
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;

    use crate::model::{ExpectTest, Step, StepKind};

    fn step(text: &str) -> Step {
        crate::read(&SourceText::new("a.md", text)).runbook.procedures[0].steps[0].clone()
    }

    #[test]
    fn a_written_expectation_is_no_conclusion() {
        let text = "# T\n\n```bash {expect_status=200}\ncurl -i http://a/b\n# Expected: HTTP 200, \"up\"\n```\n";
        let step = step(text);
        let seen: Vec<bool> = step.expects.iter().map(|one| one.inferred).collect();
        assert_eq!(seen, [false, true], "{:?}", step.expects);
        assert_eq!(step.expects[0].act, Some(0));
    }

    #[test]
    fn an_expectation_that_nothing_states_is_added() {
        let step = step("# T\n\n```bash {expect=ready expect_exit=3}\nmake wait\n```\n");
        assert_eq!(step.expects[0].test, ExpectTest::Contains { needle: "ready".to_owned() });
        assert_eq!(step.expects[1].test, ExpectTest::Exit { status: 3 });
        assert!(step.expects.iter().all(|one| !one.inferred) && step.inferred.is_empty());
    }

    #[test]
    fn what_is_declared_is_not_concluded() {
        let text = "---\nparameters:\n  pod: {type: string}\n---\n# T\n\n1. Delete it:\n\n   ```bash {name=delete danger=delete-resource danger=loss}\n   kubectl delete pod <pod>\n   ```\n";
        let step = step(text);
        assert_eq!(step.kind, StepKind::Command);
        let dangers: Vec<&str> = step.danger.iter().map(|one| &*one.kind).collect();
        assert!(dangers.contains(&"loss"));
        assert!(!step.inferred.iter().any(|one| one.field != "danger"), "{:?}", step.inferred);
    }

    #[test]
    fn a_written_kind_overrules_the_words() {
        let step = step("# T\n\n```bash {kind=check}\n# look at the dashboard\n```\n");
        assert_eq!(step.kind, StepKind::Check);
        assert!(step.inferred.is_empty(), "{:?}", step.inferred);
    }
}
