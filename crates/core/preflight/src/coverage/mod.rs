//! How much of the code the tests reach, from a report.

mod cobertura;
mod lcov;

use crate::Finding;

/// What a report says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Lines that could be reached.
    pub lines: u64,
    /// Of these, lines that were.
    pub hit: u64,
    /// Files with such lines.
    pub files: u64,
}

/// Names that are looked for if none is given.
pub const USUAL: [&str; 10] = [
    "lcov.info",
    "coverage/lcov.info",
    "target/lcov.info",
    "target/llvm-cov/lcov.info",
    "target/coverage/lcov.info",
    "coverage.lcov",
    "coverage.xml",
    "cobertura.xml",
    "coverage/cobertura-coverage.xml",
    "target/site/cobertura/coverage.xml",
];

/// Reads an lcov trace or a Cobertura document. `Err`: why it is neither.
pub fn read(text: &str) -> Result<Covered, String> {
    if text.trim_start().starts_with('<') { cobertura::read(text) } else { lcov::read(text) }
}

/// Whether at least `least` percent of the lines were reached. `stale`: a file of the code that is newer than the report.
pub fn judge(path: &str, text: &str, least: f64, stale: Option<&str>) -> Finding {
    let covered = match read(text) {
        Ok(covered) => covered,
        Err(why) => return Finding::unknown(format!("{path} is no coverage report")).evidence(why),
    };
    if covered.lines == 0 {
        return Finding::failed(format!("{path} has no line that could be covered"))
            .hint("run the tests with coverage again");
    }
    let percent = covered.hit as f64 * 100.0 / covered.lines as f64;
    let figures = format!("{} of {} lines in {} files, by {path}", covered.hit, covered.lines, covered.files);
    if let Some(newer) = stale {
        return Finding::failed(format!("{path} is older than the code"))
            .evidence(format!("{newer} is newer"))
            .evidence(figures)
            .hint("run the tests with coverage again");
    }
    // Rounded down: 79.99 is not 80.
    let hundredths = covered.hit * 10_000 / covered.lines;
    let shown = hundredths as f64 / 100.0;
    if percent < least {
        Finding::failed(format!("{shown} % of the lines are covered, {least} % must be")).evidence(figures)
    } else {
        Finding::passed(format!("{shown} % of the lines are covered")).evidence(figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    #[test]
    fn the_bound_is_exact() {
        let report = |hit: u32| {
            let lines: String = (0..10_000).map(|n| format!("DA:{},{}\n", n + 1, u32::from(n < hit))).collect();
            format!("SF:a.rs\n{lines}end_of_record\n")
        };
        assert_eq!(judge("lcov.info", &report(8000), 80.0, None).verdict, Verdict::Passed);
        let short = judge("lcov.info", &report(7999), 80.0, None);
        assert_eq!(short.what, "79.99 % of the lines are covered, 80 % must be");
        assert_eq!(judge("lcov.info", &report(9000), 80.0, Some("src/a.rs")).what, "lcov.info is older than the code");
        assert_eq!(judge("lcov.info", "hello", 80.0, None).verdict, Verdict::Unknown);
        assert_eq!(judge("lcov.info", "SF:a.rs\nend_of_record\n", 0.0, None).verdict, Verdict::Failed);
    }
}
