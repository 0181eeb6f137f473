//! Document control.

use super::check;

#[test]
fn key_lines() {
    check(
        "# Orders\n**Version:** 2.1 | **Owner:** Orders team\n**Target environment:** production\n\nText.\n\n---\n_Last updated: March 3, 2026_\n",
        "2 control version; 2.1
         2 control owner; Orders team
         3 control target environment; production
         8 control last updated; March 3, 2026; date 2026-03-03",
    );
    check(
        "**Next review:** 2026-09-01 (monthly)\n",
        "1 schedule review of this runbook; monthly; cron 0 0 1 * *\n1 control next review; 2026-09-01 (monthly); date 2026-09-01",
    );
}

#[test]
fn tables_and_front_matter() {
    check(
        "| Owner | Search team |\n|---|---|\n| Last reviewed | 2026-02-02 |\n| Version | 3 |\n",
        "1 control owner; Search team\n3 control last review; 2026-02-02; date 2026-02-02\n4 control version; 3",
    );
    check(
        "---\nowner: Search team\nlast_reviewed: 2026-02-02\n---\n# T\n",
        "2 control owner; Search team\n3 control last review; 2026-02-02; date 2026-02-02",
    );
}

#[test]
fn several_in_one_line_and_tables_of_versions() {
    check(
        "Owner: Ferry team. Last updated: 2026-03-01. Review again by 2026-09-01. Version: 4.\n",
        "1 control owner; Ferry team
         1 control last updated; 2026-03-01; date 2026-03-01
         1 control next review; 2026-09-01; date 2026-09-01
         1 control version; 4",
    );
    check(
        "| Version | Date | Author |\n|---|---|---|\n| 1.0 | 2025-01-01 | Ann's team |\n| 1.1 | 2025-06-01 | Ann's team |\n",
        "4 control version; 1.1\n4 control last updated; 2025-06-01; date 2025-06-01",
    );
}

#[test]
fn no_control() {
    check("- [ ] Version: bumped\n\n1. Version: see the endpoint\n", "");
    check("| Package | Version |\n|---|---|\n| redis | 7.2 |\n", "");
}

#[test]
fn told_in_sentences() {
    check(
        "# T\n\nThis page belongs to the search team and was last reviewed on 2 May 2031.\n",
        "3 control owner; the search team
         3 control last review; 2 May 2031; date 2031-05-02",
    );
    check("# T\n\nThe queue belongs to the billing service.\n", "");
}
