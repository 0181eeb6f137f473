//! `rot-figures CALLSHEET [SEEDS]`: prints what was missed and made up, then one JSON line.

use std::path::PathBuf;

use callsheet_rot_figures::{Score, measure};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().map(PathBuf::from).expect("the first argument is the program to measure");
    let program = std::path::absolute(program).expect("a path");
    let seeds = arguments.next().map_or(200, |count| count.parse().expect("the second argument is a number of seeds"));
    print(&measure(&program, 0..seeds), seeds);
}

#[expect(clippy::print_stdout, reason = "it is a program that prints")]
fn print(score: &Score, seeds: usize) {
    for rot in &score.missed {
        println!("missed: {}: {:?} ({})", rot.kind, rot.decay, rot.words);
    }
    for (line, code, words) in &score.false_findings {
        println!("false: line {line}: {code} {words}");
    }
    let (found, all) = score.found();
    let figures = serde_json::json!({
        "injected": all,
        "found": found,
        "kinds": score.kinds.len(),
        "false": score.false_findings.len(),
        "mean_ms": score.total.as_millis() as usize / seeds.max(1),
        "slowest_ms": score.slowest.as_millis() as u64,
        "by_kind": score.kinds.iter().map(|(kind, (found, all))| format!("{kind} {found}/{all}")).collect::<Vec<_>>(),
    });
    println!("{figures}");
}
