//! What a person answers, from another process than the run's.

use crate::desk::Desk;

const RUNBOOK: &str = "\
# Shop

## Deploy

1. Look at the page.

2. Switch over.

   ```bash {name=switch approve=any}
   echo switched
   ```

3. Say so.

   ```bash {name=say}
   echo said
   ```
";

/// A run that waits at its first step.
fn waiting() -> Desk {
    let desk = Desk::new().with("shop.md", RUNBOOK);
    desk.callsheet(&["run", "shop.md#deploy", "--yes"]).expect(3);
    desk
}

#[test]
fn confirmed_and_approved_it_goes_on() {
    let desk = waiting();
    insta::assert_snapshot!(desk.callsheet(&["confirm", "last", "1", "--note", "looks right"]).expect(0).screen());
    insta::assert_snapshot!(desk.callsheet(&["resume", "last"]).expect(3).screen());
    let approved = desk.callsheet(&["approve", "last", "switch", "--note", "go"]);
    // Alone and without a list of people, whoever runs it approves it.
    approved.expect(0);
    let ending = desk.callsheet(&["resume", "last"]).expect(0);
    assert_eq!(ending.stdout, "switched\nsaid\n");
}

#[test]
fn denied_it_ends_with_5() {
    let desk = waiting();
    desk.callsheet(&["confirm", "last", "1"]).expect(0);
    desk.callsheet(&["resume", "last"]).expect(3);
    insta::assert_snapshot!(desk.callsheet(&["deny", "last", "switch", "--note", "wrong week"]).expect(0).screen());
    desk.callsheet(&["resume", "last"]).expect(5);
}

#[test]
fn a_wrong_answer_names_the_right_ones() {
    let desk = waiting();
    insta::assert_snapshot!(desk.callsheet(&["approve", "last", "1"]).expect(2).screen());
    insta::assert_snapshot!(desk.callsheet(&["confirm", "last", "say"]).expect(2).screen());
    insta::assert_snapshot!(desk.callsheet(&["confirm", "last", "nonsense"]).expect(2).screen());
    insta::assert_snapshot!(desk.callsheet(&["confirm", "00000000", "1"]).expect(2).screen());
}

#[test]
fn skipping_needs_a_reason() {
    let desk = waiting();
    desk.callsheet(&["skip", "last", "1"]).expect(2);
    desk.callsheet(&["skip", "last", "1", "--note", "nobody is there"]).expect(0);
}

#[test]
fn cancelled_it_ends_with_5() {
    let desk = waiting();
    desk.callsheet(&["cancel", "last", "--note", "not today"]).expect(0);
    desk.callsheet(&["resume", "last"]).expect(5);
}

#[test]
fn abandoned_it_is_over() {
    let desk = waiting();
    insta::assert_snapshot!(desk.callsheet(&["abandon", "last", "--note", "the machine is gone"]).expect(0).screen());
    desk.callsheet(&["confirm", "last", "1"]).expect(2);
}
