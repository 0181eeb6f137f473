//! Sentences that run over several source lines.

use super::check;

#[test]
fn a_sentence_is_read_whole_and_stands_where_its_figure_stands() {
    check(
        "## Watching\n\nKeep an eye on the board. Page the on-call engineer when the\nreplication lag of a reader stays above\n45 seconds for 5 minutes, whatever the hour.\n",
        "5 alert replication lag of a reader; > 45 s; for 5m",
    );
}

#[test]
fn conditions_and_acts_on_different_lines() {
    check(
        "## After the release\n\nLook at the dashboard for a while. If the error rate of the checkout\nservice stays above 4 % for ten minutes, roll back\nto the release before.\n",
        "3 trigger the error rate of the checkout service stays above 4 % for ten minutes; -> roll back to the release before; error rate of the checkout service > 4 % for 10m",
    );
}

#[test]
fn items_go_on_below_their_marker() {
    check(
        "## Rollback triggers\n\n- Error rate above 3 % on the\n  checkout page\n- Any lost\n  order\n",
        "3 trigger Error rate above 3 % on the checkout page; Error rate > 3 %\n5 trigger Any lost order",
    );
}

#[test]
fn lines_of_their_own_stay_apart() {
    check(
        "# Shop\n\nOwner: payments team\nVersion: 2.1\nLast updated: 2026-02-03\n",
        "3 control owner; payments team\n4 control version; 2.1\n5 control last updated; 2026-02-03; date 2026-02-03",
    );
}
