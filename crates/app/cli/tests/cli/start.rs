//! `callsheet init`, and what the first commands of a newcomer say.

use crate::desk::Desk;

#[test]
fn init_in_an_empty_folder_writes_a_first_runbook() {
    let desk = Desk::new().with(".git/HEAD", "ref: refs/heads/main\n");
    insta::assert_snapshot!(desk.callsheet(&["init"]).expect(0).screen());
    assert_eq!(desk.read(".gitignore"), ".callsheet/\n");
    let checked = desk.callsheet(&["check", "runbooks/first.md"]).expect(0);
    assert!(checked.stdout.contains("2 procedures"), "{}", checked.stdout);
}

#[test]
fn init_overwrites_nothing_and_twice_is_once() {
    let desk = Desk::new().with("callsheet.toml", "# mine\n").with(".gitignore", "target");
    desk.callsheet(&["init"]).expect(0);
    insta::assert_snapshot!(desk.callsheet(&["init"]).expect(0).screen());
    assert_eq!(desk.read("callsheet.toml"), "# mine\n");
}

#[test]
fn init_names_the_runbooks_that_are_there() {
    let desk = Desk::new()
        .with("docs/deploy.md", "# Deploy\n\n1. Ship it.\n\n   ```bash\n   ./ship\n   ```\n")
        .with("README.md", "# Readme\n\nNothing to do here.\n");
    insta::assert_snapshot!(desk.callsheet(&["init"]).expect(0).screen());
    assert!(!desk.path("runbooks").exists(), "there are runbooks already");
}

#[test]
fn wrong_words_end_with_2() {
    insta::assert_snapshot!(Desk::new().callsheet(&["explain", "CS9999"]).expect(2).screen());
    Desk::new().callsheet(&["no-such-command"]).expect(2);
    Desk::new().callsheet(&["check"]).expect(2);
}
