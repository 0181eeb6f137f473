//! From an act's raw end to its recorded outcome: output becomes blobs, expectations become verdicts.

use callsheet_base::Digest;
use callsheet_engine::{Evidence, Outcome, expectations};
use callsheet_plan::Expect;

use crate::wake::{ActEnd, Captured};

/// Judges an end. Output that is not stored yet is added to `blobs`, to be committed with the outcome.
pub(crate) fn outcome(end: ActEnd, expects: &[Expect], blobs: &mut Vec<(Digest, Vec<u8>)>) -> Outcome {
    let verdicts = if expects.is_empty() {
        Vec::new()
    } else {
        let mut text = String::from_utf8_lossy(end.output.text()).into_owned();
        text.push_str(&String::from_utf8_lossy(end.errors.text()));
        expectations::judge(expects, &end.exit, &text)
    };
    Outcome {
        exit: end.exit,
        took: end.took,
        evidence: store(end.output, blobs),
        errors: store(end.errors, blobs),
        files: end.files,
        shell: end.shell,
        verdicts,
    }
}

fn store(captured: Captured, blobs: &mut Vec<(Digest, Vec<u8>)>) -> Option<Evidence> {
    match captured {
        Captured::Nothing => None,
        Captured::Inline { bytes, left_out } => {
            let evidence = Evidence { output: Digest::of(&bytes), bytes: bytes.len() as u64, left_out };
            blobs.push((evidence.output, bytes));
            Some(evidence)
        }
        Captured::Stored { digest, bytes, left_out, .. } => Some(Evidence { output: digest, bytes, left_out }),
    }
}
