//! Help, manual pages, completions and the reference.

use std::fs;
use std::path::Path;

use crate::desk::Desk;

#[test]
fn help_shows_the_commands_in_groups() {
    insta::assert_snapshot!(Desk::new().callsheet(&["--help"]).expect(0).screen());
}

#[test]
fn every_command_has_a_manual_page() {
    let desk = Desk::new();
    desk.callsheet(&["man", "pages"]).expect(0);
    let pages = fs::read_dir(desk.path("pages")).expect("the folder is made").count();
    assert!(pages > 20, "{pages} pages");
    assert!(desk.read("pages/callsheet-run.1").contains(".TH callsheet-run 1"), "it is roff");
    assert!(desk.callsheet(&["man"]).expect(0).stdout.contains(".TH callsheet 1"));
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Desk::new().callsheet(&["completions", shell]).expect(0).stdout;
        assert!(script.contains("callsheet") && script.contains("resume"), "{shell}");
    }
}

#[test]
fn explain_prints_the_page_of_every_code_it_lists() {
    let list = Desk::new().callsheet(&["explain"]).expect(0).stdout;
    for code in list.lines().filter_map(|line| line.split_whitespace().next()) {
        let page = Desk::new().callsheet(&["explain", code]).expect(0).stdout;
        assert!(page.starts_with(&format!("# {code}")), "{page}");
    }
}

#[test]
fn the_reference_is_what_the_program_says_now() {
    let desk = Desk::new();
    desk.callsheet(&["generate-reference", "fresh"]).expect(0);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/reference");
    for entry in fs::read_dir(desk.path("fresh")).expect("it was written") {
        let name = entry.expect("an entry").file_name();
        let old = fs::read_to_string(kept.join(&name)).unwrap_or_default();
        let new = fs::read_to_string(desk.path("fresh").join(&name)).expect("it was written");
        assert!(
            old == new,
            "docs/reference/{} is old: run `callsheet generate-reference docs/reference`",
            name.display()
        );
    }
}
