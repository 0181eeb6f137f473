//! `callsheet run` and `resume` without a terminal.

use crate::desk::Desk;

const RUNBOOK: &str = "\
# Shop

## Greet

1. Greet.

   ```bash {name=greet}
   echo hello
   word=kept
   ```

2. Tell what was kept.

   ```bash {name=tell}
   echo \"the word is $word\"
   ```

## Break

1. Break it.

   ```bash {name=break}
   echo about to break
   echo why >&2
   exit 7
   ```

2. Never come here.

   ```bash {name=never}
   echo never
   ```

## Ask

1. Look at the page.

2. Go on.

   ```bash {name=on}
   echo on
   ```

## Wipe

1. Remove the cache.

   ```bash {name=wipe}
   rm -rf ./cache
   ```

## Secret

1. Use it.

   ```bash {name=use}
   echo \"token: $SHOP_TOKEN\"
   ```

## Ship

1. Ship it.

   ```bash {name=ship}
   echo shipping <version>
   ```
";

fn desk() -> Desk {
    Desk::new().with("shop.md", RUNBOOK)
}

#[test]
fn a_run_is_told_in_lines_and_ends_with_0() {
    let ending = desk().callsheet(&["run", "shop.md#greet", "--yes", "--why", "a test"]).expect(0);
    assert_eq!(ending.stdout, "hello\nthe word is kept\n", "the steps' output is the data");
    insta::assert_snapshot!(ending.screen());
}

#[test]
fn a_failure_ends_with_1() {
    let ending = desk().callsheet(&["run", "shop.md#break", "--yes"]).expect(1);
    assert!(!ending.stdout.contains("never"));
    insta::assert_snapshot!(ending.screen());
}

#[test]
fn a_manual_step_waits_with_3_and_the_commands_that_go_on() {
    let desk = desk();
    insta::assert_snapshot!(desk.callsheet(&["run", "shop.md#ask", "--yes"]).expect(3).screen());
    let resumed = desk.callsheet(&["resume", "last"]).expect(3);
    insta::assert_snapshot!(resumed.screen());
}

#[test]
fn yes_agrees_to_no_danger() {
    let desk = desk().with("cache/kept", "");
    insta::assert_snapshot!(desk.callsheet(&["run", "shop.md#wipe", "--yes"]).expect(3).screen());
    assert!(desk.path("cache/kept").exists());
    desk.callsheet(&["confirm", "last", "wipe"]).expect(0);
    desk.callsheet(&["resume", "last"]).expect(0);
    assert!(!desk.path("cache").exists());
}

#[test]
fn without_a_terminal_and_without_yes_nothing_starts() {
    let desk = desk();
    insta::assert_snapshot!(desk.callsheet(&["run", "shop.md#greet"]).expect(2).screen());
    assert!(!desk.path(".callsheet").exists());
}

#[test]
fn a_dry_run_starts_nothing() {
    let desk = desk();
    let ending = desk.callsheet(&["run", "shop.md#greet", "--dry-run"]).expect(0);
    assert!(ending.stderr.contains("nothing was started"), "{}", ending.screen());
    assert!(!desk.path(".callsheet").exists());
}

#[test]
fn several_procedures_must_be_told_apart() {
    insta::assert_snapshot!(desk().callsheet(&["run", "shop.md", "--yes"]).expect(2).screen());
}

#[test]
fn missing_values_are_all_named() {
    insta::assert_snapshot!(desk().callsheet(&["run", "shop.md#ship", "--yes"]).expect(2).screen());
    let ending = desk().callsheet(&["run", "shop.md#ship", "--yes", "--param", "version=v2"]).expect(0);
    assert_eq!(ending.stdout, "shipping v2\n");
}

#[test]
fn a_secret_comes_from_the_environment_and_is_never_shown() {
    let desk = desk();
    insta::assert_snapshot!(desk.callsheet(&["run", "shop.md#secret", "--yes"]).expect(2).screen());
    let desk = desk.with_variable("SHOP_TOKEN", "tok-0123456789");
    let ending = desk.callsheet(&["run", "shop.md#secret", "--yes"]).expect(0);
    assert!(ending.stdout.starts_with("token: [redacted"), "{}", ending.screen());
    assert!(!ending.screen().contains("tok-0123456789"));
}

#[test]
fn resume_with_nothing_open_is_done() {
    insta::assert_snapshot!(desk().callsheet(&["resume", "--all"]).expect(0).screen());
}
