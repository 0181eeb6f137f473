//! Whatever the text: reading never fails, spans lie in it, steps come in order, and line ends do not matter.

use callsheet_diag::SourceText;
use callsheet_runbook::{Reading, read};
use proptest::prelude::*;

/// Pieces that runbooks are made of, and that readers trip over.
const PIECES: &[&str] = &[
    "# T\n",
    "## Step 2: do\n",
    "1. ",
    "1) x\n",
    "- [ ] ",
    "- [x] a\n",
    "* ",
    "    ",
    "\t",
    "> ",
    "> [!WARNING]\n",
    "```bash\n",
    "```\n",
    "~~~\n",
    "```{note}\n",
    ":::tip\n",
    ":::\n",
    "<details>\n<summary>s</summary>\n",
    "</details>\n",
    "<!-- ",
    "-->",
    "---\n",
    "a: [\n",
    "| a | b |\n|---|---|\n| 1 |\n",
    "$ ls\n",
    "cat <<EOF\n",
    "EOF\n",
    "**Fix:** ",
    "`x",
    "`",
    "<id>",
    "${A",
    "{b}",
    "[c]",
    "\\\n",
    "'",
    "\"",
    "é",
    "手順",
    "🚨 ",
    "\u{feff}",
    "\u{fffd}",
    "\u{a0}",
    "Run it:\n",
    "If x, stop y.\n",
    "kubectl delete pod x\n",
    "Expected: 200\n",
    "\n",
    "\n\n",
    "→ ",
    "T+15m ",
    "99999999999999999999d ",
];

fn texts() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat())
}

/// Line, kind and title of every step.
fn steps(reading: &Reading) -> Vec<(u32, String, String)> {
    let steps = reading.runbook.procedures.iter().flat_map(|procedure| &procedure.steps);
    steps.map(|step| (step.at.line, format!("{:?}", step.kind), step.title.clone())).collect()
}

fn check(text: &str) {
    let source = SourceText::new("any.md", text);
    let reading = read(&source);
    for procedure in &reading.runbook.procedures {
        let lines: Vec<u32> = procedure.steps.iter().map(|step| step.at.line).collect();
        assert!(lines.is_sorted(), "steps in order");
        for step in &procedure.steps {
            assert!(text.get(step.span.start..step.span.end).is_some(), "a step's span lies in the text");
        }
    }
    for one in &reading.diagnostics {
        assert!(text.get(one.span.start..one.span.end).is_some(), "{} lies in the text", one.code);
    }
    assert_eq!(steps(&reading), steps(&read(&source)), "the same text reads the same");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_in_any_order(text in texts()) {
        check(&text);
    }

    #[test]
    fn any_characters(text in "\\PC{0,200}") {
        check(&text);
    }
}

#[test]
fn deep_and_long_texts_are_read() {
    check(&"- ".repeat(3000));
    check(&"> ".repeat(3000));
    check(&"1. x\n".repeat(5000));
    check(&"*a **b ".repeat(3000));
    check(&"[".repeat(20_000));
    check(&"<!-- ".repeat(5000));
    check(&format!("```bash\n{}\n```\n", "a ".repeat(50_000)));
    check(&format!("# {}\n", "if x, ".repeat(20_000)));
}

/// Inputs that once broke a reader, or well might.
#[test]
fn nasty_files_are_read() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nasty")).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        let bytes = std::fs::read(&path).expect("it can be read");
        let text = String::from_utf8_lossy(&bytes);
        check(&text);
        check(&text.replace('\n', "\r\n"));
        for end in (0..text.len()).step_by(7).filter(|&end| text.is_char_boundary(end)) {
            check(&text[..end]);
        }
    }
}
