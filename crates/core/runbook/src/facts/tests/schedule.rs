//! What happens when.

use super::check;

#[test]
fn key_lines_take_the_heading() {
    check(
        "## Daily work\n### Backup check\n**Time: 8:30 AM**\n",
        "3 schedule Backup check; 8:30 AM, daily; cron 30 8 * * *",
    );
    check(
        "### Patching\n**Frequency:** Monthly, third Sunday 1-3 AM UTC\n",
        "2 schedule Patching; Monthly, third Sunday 1-3 AM UTC; cron 0 1 * * 0#3",
    );
    check("### Hotfixes\n**Frequency:** As needed\n", "2 schedule Hotfixes; As needed");
}

#[test]
fn phrases() {
    check("- Post an update every 20 minutes\n", "1 schedule Post an update; every 20 minutes; cron */20 * * * *");
    check(
        "- Weekly restore test; rotate keys quarterly.\n",
        "1 schedule restore test; Weekly; cron 0 0 * * 1\n1 schedule rotate keys; quarterly; cron 0 0 1 1,4,7,10 *",
    );
    check("### Monthly report\n\nSend it.\n", "1 schedule Monthly report; monthly; cron 0 0 1 * *");
    check("- After each incident, hold a review\n", "1 schedule hold a review; after each incident");
}

#[test]
fn phases_and_offsets() {
    check("**Triage (5–20 minutes):**\n", "1 schedule Triage; 5–20 minutes");
    check("### Checks (first 10 minutes)\n", "1 schedule Checks; first 10 minutes");
    check("- Announce 3 weeks in advance\n", "1 schedule Announce; 3 weeks in advance; offset 21d");
    check("1. Check logins at T+10m, T+2h:\n", "1 schedule Check logins; T+10m, T+2h; offset 10m");
    check("2. Watch the canary for 30-60 minutes\n", "1 schedule Watch the canary; 30-60 minutes");
}

#[test]
fn code_and_tables() {
    check("```cron\n15 3 * * * /opt/backup.sh\n```\n", "2 schedule /opt/backup.sh; 15 3 * * *; cron 15 3 * * *");
    check("| Task | How often |\n|---|---|\n| Vacuum | weekly |\n", "3 schedule Vacuum; weekly; cron 0 0 * * 1");
}

#[test]
fn no_schedules() {
    check("Run `scripts/daily-report.sh` and read the weekly-report folder.\n", "");
    check("1. [Daily work](#daily-work)\n", "");
    check("If it is not resolved in 30 minutes, stop.\n", "");
}
