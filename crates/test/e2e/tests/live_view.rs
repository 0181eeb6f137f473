//! The live view on a real terminal: questions answered by keys, another window size, the terminal given back.

use callsheet_e2e::{Desk, Terminal};

const RUNBOOK: &str = "\
# Shop

## Deploy

1. Fetch the artifact

   ```bash {name=fetch}
   echo 'fetched 3 files'
   ```

2. Tell the front desk

3. Switch over

   ```bash {name=switch}
   echo 'switch begin' >> LEDGER
   until [ -e GO ]; do sleep 0.01; done
   ```
";

fn desk() -> Desk {
    let desk = Desk::empty();
    let go = desk.path().join("go");
    let runbook = RUNBOOK.replace("LEDGER", &desk.ledger_path().to_string_lossy());
    desk.write("callsheet.toml", "[services.shop]\n\n[environments.dev]\n");
    desk.write("ops.md", &runbook.replace("GO", &go.to_string_lossy()));
    desk
}

/// A run whose plan was agreed to, at its first question.
fn asked(desk: &Desk) -> Terminal {
    let mut terminal = desk.on_terminal(24, 80, &["run", "ops.md#deploy"]);
    terminal.until_shown("[y/N]");
    terminal.press("y\r");
    terminal.until_shown("Do it, then say so.");
    terminal
}

#[test]
fn a_person_confirms_by_key_and_sees_the_end() {
    let desk = desk();
    let mut terminal = asked(&desk);
    let screen = terminal.screen();
    assert!(screen.contains("✓ 1  Fetch the artifact"), "what is done stands above:\n{screen}");
    assert!(screen.contains("? 2  Tell the front desk"), "{screen}");
    assert!(screen.contains("[y] done") && screen.contains("1 of 3"), "{screen}");
    terminal.press("y");
    terminal.until_shown("Note (may be empty):");
    terminal.press("they know\r");
    desk.until("the last step to begin", |desk| desk.count("switch begin") == 1);

    // Wider, then narrower than its lines: nothing is drawn twice or left over.
    for (rows, columns) in [(30, 120), (10, 50)] {
        terminal.resize(rows, columns);
        terminal.until("the whole picture in the new size", |screen| {
            let bottom = screen.lines().last().unwrap_or_default();
            bottom.contains("2 of 3") && (columns < 60 || bottom.contains("Ctrl-C stops"))
        });
    }
    let screen = terminal.screen();
    assert_eq!(screen.matches("Switch over").count(), 1, "{screen}");

    desk.write("go", "");
    let ending = terminal.wait().expect(0);
    assert!(ending.stdout.contains("✓ 3  Switch over"), "{ending}");
    let run = desk.run().expect("the run is on record");
    assert_eq!(desk.phase(&run), "done");
    assert!(desk.record(&run).to_string().contains("they know"), "the note is on record");
}

#[test]
fn who_leaves_is_told_how_to_go_on_and_gets_the_terminal_back() {
    let desk = desk();
    let mut terminal = asked(&desk);
    terminal.press("\x03");
    terminal.until("a question about the stop", |screen| !screen.contains("Do it, then say so."));
    terminal.press("\x03");
    let ending = terminal.wait().expect(3);
    let run = desk.run().expect("the run is on record");
    assert!(ending.stdout.contains("callsheet resume"), "{ending}");
    assert_eq!(desk.phase(&run), "waiting");
}

#[test]
fn what_was_printed_is_read_while_the_run_waits() {
    let desk = desk();
    let mut terminal = asked(&desk);
    terminal.press("\x1b[A");
    terminal.until("what is asked, on a screen of its own", |screen| screen.starts_with("2  Tell the front desk"));
    terminal.press("\t");
    terminal.until_shown("fetched 3 files");
    terminal.press("/3 FILES\r");
    terminal.until("the hit", |screen| !screen.contains("/3 FILES") && screen.contains("fetched 3 files"));
    terminal.press("/nowhere\r");
    terminal.until_shown("`nowhere` is not there");
    terminal.press("q");
    let screen = terminal.until_shown("[y] done");
    assert!(screen.contains("✓ 1  Fetch the artifact"), "the run stands where it stood:\n{screen}");
    terminal.press("?");
    terminal.until_shown("While reading");
    terminal.press("\x1b");
    terminal.until_shown("[y] done");
    terminal.press("\x03");
    terminal.until_shown("Stop?");
    terminal.press("l");
    terminal.wait().expect(3);
}

#[test]
fn a_closed_window_ends_the_command_and_keeps_the_run() {
    let desk = desk();
    let mut terminal = asked(&desk);
    terminal.press("y");
    terminal.until_shown("Note (may be empty):");
    terminal.hang_up();
    terminal.wait();
    let run = desk.run().expect("the run is on record");
    assert_eq!(desk.phase(&run), "waiting");
    desk.callsheet(&["confirm", &run, "tell-the-front-desk"]).expect(0);
    desk.write("go", "");
    desk.callsheet(&["resume", &run, "--yes"]).expect(0);
    assert_eq!(desk.phase(&run), "done");
}
