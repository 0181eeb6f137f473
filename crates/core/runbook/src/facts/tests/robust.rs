//! No text makes it panic, and its cost grows with the text's length.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::facts_of;

/// Pieces that the rules look for, in any order.
const PIECES: [&str; 46] = [
    "# ",
    "## When to roll back\n",
    "- ",
    "1) ",
    "  - ",
    "- [ ] ",
    "| a | Threshold |\n|---|---|\n| ",
    "```bash\n",
    "```\n",
    "\n",
    "\n\n",
    "**",
    ":",
    " > ",
    "≥ ",
    "â‰¥",
    "5",
    "99.9%",
    " for 5m",
    "(",
    ")",
    "If ",
    ", roll back",
    "escalate to ",
    "Level 2",
    "P1",
    " every 15 minutes",
    "T+15m",
    "24-48h",
    "second Sunday 2–4 AM UTC",
    "Version: 1",
    "Last updated: 2026-02-30",
    "`A_B=1`",
    "$X",
    "<y>",
    "[z]",
    "{w}",
    "v1.x.x",
    "é",
    "🚨",
    "\r\n",
    "Alerts:",
    "daily",
    "in a row",
    "3 consecutive",
    "env vars (a, b)",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_is_read(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..60)) {
        facts_of(&pieces.concat());
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,300}") {
        facts_of(&text);
    }
}

/// Processor time of this thread so far: other programs do not lengthen it. Where the system does not tell it, the time
/// since `began`.
fn spent(began: Instant) -> Duration {
    // The count is brought up to date when the thread yields.
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next().and_then(|word| word.parse().ok()));
    nanos.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a clock is what this test measures with")]
fn long_lines_cost_no_more_than_many() {
    for piece in [
        "error rate > 5% for 10m, ",
        "If a, b (c ",
        "`A_B` ",
        "3 failed in a row ",
        "T+15m ",
        "every day ",
        "(",
        "a. ",
        "$A ",
        "<x>",
        "escalate to x if ",
    ] {
        let time = |count: usize| {
            let text = format!("- {}\n\n```bash\n{}\n```\n", piece.repeat(count), piece.repeat(count));
            let clock = Instant::now();
            let begin = spent(clock);
            facts_of(&text);
            spent(clock).saturating_sub(begin)
        };
        time(50);
        // Noise can only lengthen a turn.
        let least = |count: usize| (0..3).map(|_| time(count)).min().unwrap_or_default();
        let (short, long) = (least(500), least(4000));
        assert!(long < short * 40 + Duration::from_millis(150), "{piece:?}: {short:?} for 500, {long:?} for 4000");
    }
}

/// A text of so many pieces.
type Grown = fn(usize) -> String;

/// Twice the text never costs four times as much. Noise can only lengthen a turn: the shortest of several counts.
#[test]
#[allow(clippy::disallowed_methods, reason = "a clock is what this test measures with")]
fn twice_the_text_costs_about_twice() {
    let many: [(&str, Grown); 6] = [
        ("rows", |n| format!("| metric | threshold |\n|---|---|\n{}", "| error rate | > 5 % |\n".repeat(n))),
        ("items", |n| format!("## Alerts\n\n{}", "- error rate above 5 %\n".repeat(n))),
        ("wrapped", |n| format!("If the errors go\n{}", "on and on for 5 minutes\n".repeat(n))),
        ("headings", |n| "## Weekly check\n\nTime: 9:00 AM\n\n".repeat(n)),
        ("code", |n| format!("```bash\n{}```\n", "export A_B=1; echo $C_D <x>\n".repeat(n))),
        ("quotes", |n| (0..n / 50).map(|_| format!("{} escalate to L2 if it lasts\n\n", ">".repeat(40))).collect()),
    ];
    for (name, text) in many {
        let (short, long) = (text(1000), text(2000));
        let time = |text: &str| {
            let clock = Instant::now();
            let begin = spent(clock);
            facts_of(text);
            spent(clock).saturating_sub(begin)
        };
        let (mut once, mut twice) = (time(&short), time(&long));
        for _ in 0..12 {
            if twice * 2 <= once * 7 {
                break;
            }
            once = once.min(time(&short));
            twice = twice.min(time(&long));
        }
        assert!(twice * 2 <= once * 7, "{name}: {once:?} for 1000, {twice:?} for 2000");
    }
}
