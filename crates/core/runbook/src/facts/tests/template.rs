//! Messages.

use super::check;

#[test]
fn messages_with_fields() {
    check(
        "### Outage notice template\n```\nOUTAGE {service}\nImpact: [who]\nETA: <time>\n```\n",
        "2 template Outage notice; {service} [who] <time>",
    );
    check("Announce it:\n```text\nWe deploy v2.x.x at [time]\n```\n", "2 template Announce it; v2.x.x [time]");
}

#[test]
fn lists_and_headings_that_name_a_message() {
    check(
        "- Delay notice template:\n  - Boat: [name]\n  - New time: {time}\n",
        "1 template Delay notice; [name] {time}",
    );
    check(
        "## Skipper e-mail\n```\nDear [skipper], dock at {berth}.\n```\n",
        "2 template Skipper e-mail; [skipper] {berth}",
    );
}

#[test]
fn no_messages() {
    check(
        "## Communication\n```bash\ncurl -d '{\"text\":\"[x]\"}' $HOOK_URL\n```\n",
        "3 param HOOK_URL; shell variable",
    );
}
