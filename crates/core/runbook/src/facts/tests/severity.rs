//! Severities with their response times.

use super::check;

#[test]
fn tables() {
    check(
        "| Priority | Definition | Respond within | Resolve within |\n|---|---|---|---|\n| SEV-1 | Site down | 5 min | 2 hours |\n| SEV-2 | Slow | 30 min | 1 day |\n",
        "3 severity SEV-1; Site down; respond 5m; resolve 2h
         4 severity SEV-2; Slow; respond 30m; resolve 1d",
    );
}

#[test]
fn lists_and_headings() {
    check(
        "## Severity levels\n- **P1**: outage, respond in 10 minutes\n- **P3**: cosmetic\n",
        "2 severity P1; outage, respond in 10 minutes; respond 10m\n3 severity P3; cosmetic",
    );
    check("### SEV2 - partial outage\n**Response time:** 30 minutes\n", "2 severity SEV2; respond 30m");
    check(
        "## Severity levels\n### Sev-B: slow boats\n- Respond: 30 minutes\n- Resolve: 8 hours\n",
        "2 severity Sev-B; slow boats; respond 30m; resolve 8h",
    );
    check("Severity: High\nResponse time: 15 min\n", "2 severity High; respond 15m");
}
