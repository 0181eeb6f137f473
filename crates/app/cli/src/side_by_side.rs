//! Two parts of reading a large runbook at once, on two threads.

use std::panic::resume_unwind;
use std::thread::{Builder, scope};

use callsheet_diag::SourceText;
use callsheet_runbook::{InTurn, Pace};

/// From this many bytes on a second thread saves more than it costs (its start takes as long as reading about 3 kB).
const WORTH_A_THREAD: usize = 32 << 10;

/// On two threads if `long`, in turn otherwise, or if the system has no thread to give.
pub struct SideBySide {
    long: bool,
}

impl SideBySide {
    /// What `source` is worth.
    pub fn for_text(source: &SourceText) -> SideBySide {
        SideBySide { long: source.text().len() >= WORTH_A_THREAD }
    }
}

impl Pace for SideBySide {
    fn both<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        if !self.long {
            return InTurn.both(one, other);
        }
        let mut open = Some(one);
        let (first, second) = scope(|scope| {
            let apart = Builder::new().name("facts".to_owned()).spawn_scoped(scope, || open.take().map(|work| work()));
            let second = other();
            let first = apart.ok().and_then(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
            (first, second)
        });
        // Only a thread that never began leaves its work open.
        let first = first.or_else(|| open.take().map(|work| work()));
        (first.expect("the work was done here or there"), second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done_and_keep_their_places() {
        for long in [false, true] {
            assert_eq!(SideBySide { long }.both(|| 1, || "two"), (1, "two"));
        }
    }

    #[test]
    fn a_reading_is_the_same_at_either_pace() {
        let page = "## Deploy\n\n1. Start it.\n\n   ```bash\n   shopctl start <version>\n   ```\n\n- error rate above 1 %: go back\n\n";
        let source = SourceText::new("long.md", page.repeat(600));
        assert!(SideBySide::for_text(&source).long);
        let around = callsheet_runbook::FlowSurroundings::default();
        let apart = callsheet_runbook::read_at(&source, &around, &SideBySide::for_text(&source));
        assert_eq!(format!("{apart:?}"), format!("{:?}", callsheet_runbook::read(&source)));
    }

    #[test]
    fn a_panic_of_the_other_thread_is_ours() {
        let told =
            std::panic::catch_unwind(|| SideBySide { long: true }.both(|| panic!("no"), || 2)).map(|((), two)| two);
        assert!(told.is_err());
    }
}
