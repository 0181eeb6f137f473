//! Targets.

use super::check;

#[test]
fn tables_of_targets() {
    check(
        "| SLI | SLO | Window |\n|---|---|---|\n| Availability | 99.95% | 30 days |\n| Search latency (p95) | < 300 ms | 30 days |\n",
        "3 objective Availability; >= 99.95 %
         4 objective Search latency (p95); < 300 ms",
    );
    check(
        "| Metric | Target | Alert threshold |\n|---|---|---|\n| **Checkout** | < 1s (p95) | > 4s |\n",
        "3 objective Checkout; < 1 s; p95
         3 alert Checkout; > 4 s",
    );
}

#[test]
fn columns_that_are_objectives() {
    check(
        "| Part | RTO | RPO | How |\n|---|---|---|---|\n| Search | 2 hours | 10 minutes | rebuilt |\n",
        "3 objective Search RTO; <= 2 hours
         3 objective Search RPO; <= 10 minutes",
    );
    check("**Total recovery time**: ~40 minutes\n", "1 objective Total recovery time; ~ 40 minutes");
}

#[test]
fn key_lines() {
    check("RTO: 4 hours\nRPO: 15 minutes\n", "1 objective RTO; <= 4 hours\n2 objective RPO; <= 15 minutes");
    check(
        "## Key metrics\n- Success rate: > 99%\n- Import time: < 2 min\n",
        "2 objective Success rate; > 99 %\n3 objective Import time; < 2 minutes",
    );
    check("- **RTO / RPO:** 45 minutes / 5 minutes\n", "1 objective RTO; <= 45 minutes\n1 objective RPO; <= 5 minutes");
    check(
        "## Service levels\n- **Latency:** p95 below 300 ms, p99 below 900 ms\n",
        "2 objective Latency; < 300 ms; p95\n2 objective Latency; < 900 ms; p99",
    );
    check("### Cut-over (< 10 minutes)\n", "1 objective Cut-over; < 10 minutes");
    check("## Deploy procedure\n**Timeline:** ~20 minutes\n", "2 objective Deploy time; ~ 20 minutes");
}

#[test]
fn checks_and_comments() {
    check(
        "- [ ] Test coverage ≥ 85%\n- [ ] Disk usage < 70%\n",
        "1 objective Test coverage; >= 85 %\n2 objective Disk usage; < 70 %",
    );
    check("```bash\n# 1. Check queue lag\n# Should be < 5 s\n```\n", "3 objective queue lag; < 5 s");
}

#[test]
fn promises_in_sentences() {
    check("We aim to answer 99.5 % of searches within 400 ms.\n", "1 objective searches within 400 ms; >= 99.5 %");
    check(
        "The shop should be back within three hours of a full loss, and may lose at most fifteen minutes of data.\n",
        "1 objective RTO; <= 3 hours
         1 objective RPO; <= 15 minutes",
    );
    check("- Target RTO: 45 minutes\n", "1 objective Target RTO; <= 45 minutes");
    check("The import came back within two hours last time.\n", "");
}
