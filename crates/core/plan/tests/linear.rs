//! Reading and planning cost as much per byte in a long runbook as in a short one, whatever its shape.

#![allow(clippy::disallowed_methods, reason = "a clock is what this test measures with")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use callsheet_diag::SourceText;
use callsheet_plan::{Config, Inputs, plan, report};

/// A text that holds its piece so many times.
type Grown = fn(usize) -> String;

/// With how often a short text holds its piece.
const SHAPES: &[(&str, usize, Grown)] = &[
    ("lists in lists", 4, |n| {
        let list: String = (0..38).map(|depth| format!("{}- Restart x:\n", "  ".repeat(depth))).collect();
        format!("## Act\n\n{list}\n\nText.\n\n").repeat(n)
    }),
    ("quotes in quotes", 4, |n| format!("{} restart it if it fails\n\n", "> ".repeat(400)).repeat(n)),
    ("headings of depth 6", 40, |n| {
        let path =
            "## Act\n### Step 1\n#### Step 2\n##### Step 3\n###### Step 4: restart it\n###### Step 5\n\n- [ ] x\n\n";
        format!("# T\n\n{}", path.repeat(n))
    }),
    ("numbered headings", 150, |n| {
        format!("# T\n\n## Deploy\n\n{}", "### Step 1: stop\n\n- [ ] `rm -rf x`\n".repeat(n))
    }),
    ("steps", 500, |n| format!("## Act\n\n{}", "1. Restart the pod\n".repeat(n))),
    ("statements", 500, |n| format!("## Act\n\n{}", "- The service will restart\n".repeat(n))),
    ("options", 150, |n| format!("## Option A\n\n{}", "1. Run `kubectl get <pod>`\n".repeat(n))),
    ("a giant block", 400, |n| {
        let lines: String = (0..n).map(|at| format!("rm -rf /srv/<x{at}> $A{at}\n# Expected: {at}\n")).collect();
        format!("## Act\n\n```bash\n{lines}```\n")
    }),
    ("a giant statement", 400, |n| {
        let lines: String = (0..n).map(|at| format!("DELETE FROM t{at} WHERE id = <x{at}>;\n")).collect();
        format!("## Act\n\n```sql\n{lines}```\n")
    }),
    ("a giant line", 1500, |n| format!("## Act\n\n{}\n", "If it fails, restart it. ".repeat(n))),
    ("a giant heading", 1500, |n| format!("## {}\n\n- Stop it\n", "Restart it, ".repeat(n))),
    ("tables", 100, |n| "## Alerts\n\n| metric | threshold |\n|---|---|\n| error rate | > 5 % |\n\n".repeat(n)),
    ("brackets", 6000, |n| format!("## Act\n\n{}\n", "[".repeat(n))),
    ("backticks", 6000, |n| format!("## Act\n\n{}\n", "` ".repeat(n))),
    ("stars", 4000, |n| format!("## Act\n\n{}\n", "*a **b ".repeat(n))),
    ("comments", 3000, |n| format!("## Act\n\n{}\n", "<!-- ".repeat(n))),
];

/// Processor time of this thread so far: other programs do not lengthen it. Where the system does not tell it, the time
/// since `began`.
fn spent(began: Instant) -> Duration {
    // The count is brought up to date when the thread yields.
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next().and_then(|word| word.parse().ok()));
    nanos.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

/// Reads it, reports it and plans its first procedure.
fn cost(text: &str) -> Duration {
    let clock = Instant::now();
    let began = spent(clock);
    let source = SourceText::new("long.md", text);
    let reading = callsheet_runbook::read(&source);
    report("long.md", &reading, None);
    if let Some(procedure) = reading.runbook.procedures.first() {
        // What must be filled in is a fault here, found only after all steps were looked at.
        let _ = plan(&Inputs {
            source: &source,
            runbook: &reading.runbook,
            procedure: &procedure.slug,
            config: &Config::default(),
            environment: "",
            given: &BTreeMap::new(),
            variables: &BTreeMap::new(),
            leave_out: &Default::default(),
        });
    }
    spent(clock).saturating_sub(began)
}

/// Four times the text costs about four times as much; what is quadratic costs sixteen times. Noise can only lengthen a
/// turn: the shortest of several counts.
#[test]
fn cost_grows_with_length() {
    for (name, count, text) in SHAPES {
        let (short, long) = (text(*count), text(count * 4));
        let (mut once, mut fourfold) = (cost(&short), cost(&long));
        for _ in 0..20 {
            if fourfold <= once * 7 {
                break;
            }
            once = once.min(cost(&short));
            fourfold = fourfold.min(cost(&long));
        }
        assert!(fourfold <= once * 9, "{name}: {once:?} for {} bytes, {fourfold:?} for {}", short.len(), long.len());
    }
}
