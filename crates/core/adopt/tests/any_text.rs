//! Whatever the text: adopting twice is adopting once, nothing is lost, and the same steps are planned.

use std::collections::BTreeSet;

use callsheet_adopt::{Difference, Part, adopt, same};
use callsheet_diag::SourceText;
use callsheet_runbook::read;
use proptest::prelude::*;

/// Pieces that runbooks are made of.
const PIECES: &[&str] = &[
    "# T\n\n",
    "## Step 2: do\n\n",
    "## Rollback\n\n",
    "1. Restart it:\n\n",
    "- [ ] Verify that it is up\n",
    "   ```bash\n   kubectl delete pod <pod>\n   ```\n\n",
    "```bash\nmake a # Expected: ok\n```\n\n",
    "```bash {name=a}\nmake b\n# Expected: \"x\", 'y' \"z\"\n```\n\n",
    "~~~sh {timeout=5m }\nrm -rf $DIR\n~~~\n\n",
    "```\nsystemctl restart x\n```\n\n",
    "```console\n$ ls\nfile\n```\n\n",
    "```bash\ncurl -sf http://localhost/<id>\n# Expected: HTTP 200\n```\n\n",
    "```bash\ncurl -i http://localhost:80/a\n# should show `up`\n\ncurl \"$U_URL/b\" # Expected: 204\n```\n\n",
    "```{.bash}\nls\n```\n\n",
    "    ls -l\n\n",
    "```bash\n",
    "> quoted\n",
    "Run it, which takes up to 5 minutes:\n\n",
    "Option A:\n\n",
    "Expected: `ready`\n\n",
    "Output:\n\n",
    "---\n",
    "---\nparameters:\n  a: {}\n---\n",
    "parameters: {b: {}}\n",
    "- `PORT` (default 80)\n",
    "| Severity | Response time |\n|---|---|\n| SEV1 | 15 minutes |\n\n",
    "**Owner:** platform team\n\n",
    "If error rate > 5 % for 5 minutes, roll back.\n\n",
    "\u{feff}",
    "é\u{a0}🚨 ",
    "<!-- ",
    "-->\n",
    "\n",
];

fn text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..14);
    (pieces, any::<bool>()).prop_map(|(pieces, windows)| {
        let text = pieces.concat();
        if windows { text.replace('\n', "\r\n") } else { text }
    })
}

/// Whether every byte of `part` stands in `whole`, in order.
fn is_subsequence(part: &str, whole: &str) -> bool {
    let mut rest = whole.bytes();
    part.bytes().all(|byte| rest.any(|other| other == byte))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn adopting_twice_is_adopting_once(text in text()) {
        let once = adopt(&SourceText::new("a.md", text.as_str()), &[]).text;
        let twice = adopt(&SourceText::new("a.md", once.as_str()), &[]).text;
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn without_flows_text_is_only_added_and_the_plan_is_the_same(text in text()) {
        let source = SourceText::new("a.md", text.as_str());
        let made = adopt(&source, &[Part::Flows]).text;
        prop_assert!(is_subsequence(&text, &made));
        let (before, after) = (read(&source), read(&SourceText::new("a.md", made)));
        prop_assert_eq!(same(&before.runbook, &after.runbook, &BTreeSet::new()), Ok::<(), Difference>(()));
    }
}
