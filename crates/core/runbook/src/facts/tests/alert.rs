//! Conditions that call somebody.

use super::check;

#[test]
fn table_with_severity_and_action() {
    check(
        "## Alerts\n\n| Severity | Name | When | What to do |\n|---|---|---|---|\n| critical | Queue stuck | depth > 5000 for 10m | Page |\n| warning | Slow search | p99 > 3 s | Look |\n",
        "5 alert Queue stuck; > 5000; for 10m; critical; depth
         6 alert Slow search; > 3 s; warning; p99",
    );
}

#[test]
fn conditions_with_their_severity() {
    check(
        "## Alert configuration\n- Copy lag > 20 seconds: WARNING\n- Mirror unhealthy: CRITICAL\n",
        "2 alert Copy lag; > 20 s; WARNING
         3 alert Mirror unhealthy; CRITICAL",
    );
}

#[test]
fn columns_per_severity() {
    check(
        "| Resource | Warning | Critical |\n|---|---|---|\n| CPU | 70% | 90% |\n| Free disk | 20% | 10% |\n",
        "3 alert CPU; > 70 %; Warning
         3 alert CPU; > 90 %; Critical
         4 alert Free disk; < 20 %; Warning
         4 alert Free disk; < 10 %; Critical",
    );
}

#[test]
fn sentences() {
    check("Alert when the 4xx rate > 3% over 10 minutes.\n", "1 alert 4xx rate; > 3 %; for 10m");
    check("Page if checkout latency exceeds 2 s for 5m (P1).\n", "1 alert checkout latency; > 2 s; for 5m; P1");
    check("**Symptoms:**\n- memory above 95%\n- users complain\n", "2 alert memory; > 95 %");
    check("Notify when readiness fails 4 times in a row\n", "1 alert readiness fails; >= 4 consecutive");
}

#[test]
fn words_without_figures() {
    check(
        "## Alerts\n- Kafka consumer lag, broker down, or disk full\n- Search error rate exceeds baseline\n- Set up Slack routing\n",
        "2 alert Kafka consumer lag
         2 alert Kafka broker down; down
         2 alert Kafka disk full; exhausted
         3 alert Search error rate exceeds baseline; exceeds",
    );
}

#[test]
fn rule_files() {
    check(
        "```yaml\n- alert: HighLag\n  expr: max(lag_seconds) > 30\n  for: 5m\n  labels:\n    severity: page\n```\n",
        "2 alert HighLag; > 30; for 5m; page; max(lag_seconds) > 30",
    );
}

#[test]
fn no_alerts() {
    check("Node.js > 18 and Python >= 3.11 are required.\n", "");
    check("Update the status page if applicable.\n", "");
    check("```bash\npg_dump app > 5.sql\n```\n", "");
}
