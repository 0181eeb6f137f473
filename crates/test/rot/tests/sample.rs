//! A sample of what `cargo xtask bench rot` measures in full.

use callsheet_e2e::callsheet_program;
use callsheet_rot_figures::measure;

#[test]
fn rot_is_found_where_it_is_and_nowhere_else() {
    // Every fifth of 200, so that each kind and different places take their turn.
    let score = measure(callsheet_program(), (0..200).step_by(5));
    let (found, all) = score.found();
    assert_eq!(all, 40);
    assert!(found >= 38, "missed: {:#?}", score.missed);
    assert!(score.false_findings.is_empty(), "made up: {:#?}", score.false_findings);
}
