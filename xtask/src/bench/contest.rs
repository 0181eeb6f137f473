//! Contestants take turns (A B C A B C), so that a busy minute of the machine falls on all of them.

use crate::bench::measured::Measured;

/// One way of doing the same work.
pub struct Contestant<'a> {
    /// Its name in the table.
    pub name: &'a str,
    /// One turn.
    pub turn: Box<dyn FnMut() -> anyhow::Result<Measured> + 'a>,
}

impl<'a> Contestant<'a> {
    /// From a name and what it does.
    pub fn new(name: &'a str, turn: impl FnMut() -> anyhow::Result<Measured> + 'a) -> Contestant<'a> {
        Contestant { name, turn: Box::new(turn) }
    }
}

/// Lets all take `rounds` turns and prints a table of medians; ratios are ours (the first) to each.
pub fn hold(title: &str, contestants: Vec<Contestant>, rounds: u32) -> anyhow::Result<()> {
    let mut contestants = contestants;
    let mut turns: Vec<Vec<Measured>> = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for (contestant, turns) in contestants.iter_mut().zip(&mut turns) {
            turns.push((contestant.turn)()?);
        }
    }
    println!("### {title}\n\n| | steps/s | CPU ms/step | ours is |\n| --- | --- | --- | --- |");
    let ours = median(&turns[0], |turn| turn.steps_per_s);
    for (contestant, turns) in contestants.iter().zip(&turns) {
        let speed = median(turns, |turn| turn.steps_per_s);
        let cpu = median(turns, |turn| turn.cpu_ms_per_step);
        println!("| {} | {speed:.0} | {cpu:.2} | {:.2} × |", contestant.name, ours / speed);
    }
    println!("\nMedians of {rounds} turns, taken in turn.\n");
    Ok(())
}

fn median(turns: &[Measured], of: impl Fn(&Measured) -> f64) -> f64 {
    let mut values: Vec<f64> = turns.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Measured, median};

    #[test]
    fn the_median_stands_in_the_middle() {
        let turns: Vec<_> = [5.0, 1.0, 3.0].map(|steps_per_s| Measured { steps_per_s, cpu_ms_per_step: 0.0 }).to_vec();
        assert_eq!(median(&turns, |turn| turn.steps_per_s), 3.0);
        assert_eq!(median(&turns[..2], |turn| turn.steps_per_s), 3.0);
    }
}
