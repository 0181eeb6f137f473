//! What the tests of all findings share.

use callsheet_diag::{SourceText, Span};

use super::judge;
use crate::claim::{Answer, Claim, Claimed};

/// The answer makes that code of the claim, and the others make nothing.
pub(super) fn check(code: &str, what: Claimed, gone: Answer) {
    let source = SourceText::new("a.md", "one two\n");
    let claim = Claim { span: Span::new(4, 7), what };
    let found = judge(&source, &claim, &gone).expect("it is gone");
    assert_eq!(found.code.to_string(), code);
    assert_eq!((found.at.line, found.at.column), (1, 5));
    assert!(found.hint.is_some() && !found.message.ends_with('.'));
    assert_eq!(judge(&source, &claim, &Answer::There), None);
    assert_eq!(judge(&source, &claim, &Answer::Unknown("offline".to_owned())), None, "what is not known is not wrong");
}

#[test]
fn the_nearest_name_is_the_hint() {
    let source = SourceText::new("a.md", "x\n");
    let what = Claimed::File { path: "ops/drain.sh".to_owned(), folder: None, role: crate::FileRole::Read };
    let claim = Claim { span: Span::new(0, 1), what };
    let found = judge(&source, &claim, &Answer::gone_near(["docs/a.md", "scripts/drain.sh"])).expect("it is gone");
    assert_eq!(found.hint.as_deref(), Some("did you mean `scripts/drain.sh`?"));
}
