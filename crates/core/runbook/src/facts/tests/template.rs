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
fn no_messages() {
    check(
        "## Communication\n```bash\ncurl -d '{\"text\":\"[x]\"}' $HOOK_URL\n```\n",
        "3 param HOOK_URL; shell variable",
    );
}
