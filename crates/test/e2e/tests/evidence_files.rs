//! A step leaves files, a picture among them; the record holds them, without the secret, and gives them back.

use callsheet_e2e::Desk;

const RUNBOOK: &str = "\
---
secrets: [SHOP_TOKEN]
---
# Shop

## Look

1. Take a picture and write a report:

   ```bash {name=report}
   printf '\\xff\\xd8\\xff\\x00picture' > \"$CALLSHEET_EVIDENCE/page.jpg\"
   mkdir \"$CALLSHEET_EVIDENCE/report\"
   echo \"token $SHOP_TOKEN\" > \"$CALLSHEET_EVIDENCE/report/log.txt\"
   false
   ```
";

#[test]
fn files_of_a_failed_step_are_in_its_record() {
    let secret = "tok-31337-correct-horse";
    let desk = Desk::new(RUNBOOK).with_variable("SHOP_TOKEN", secret);
    desk.callsheet(&["run", "ops.md#look", "--yes"]).expect(1);

    let record = desk.callsheet(&["show", "last"]).expect(0).stdout;
    assert!(record.contains("file page.jpg ") && record.contains("file report/log.txt "), "{record}");
    let page = desk.callsheet(&["show", "last", "--format", "html"]).expect(0).stdout;
    assert!(page.contains("<img src=\"data:image/jpeg;base64,/9j/AHBpY3R1cmU=\""), "{page}");

    let written = desk.callsheet(&["logs", "last", "--files", "out"]).expect(0).stdout;
    assert_eq!(written.lines().count(), 2, "{written}");
    let log = desk.path().join("out/report/act-1-attempt-1/report/log.txt");
    assert_eq!(std::fs::read_to_string(log).expect("it was written"), "token [redacted:SHOP_TOKEN]\n");
    assert!(!page.contains(secret));
}
