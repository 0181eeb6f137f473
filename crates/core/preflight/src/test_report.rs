//! A test run's report in JUnit's XML, as Playwright, pytest, Vitest, Maven and cargo-nextest write it.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::Finding;

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tests {
    /// Test cases.
    pub run: u64,
    /// Of these, skipped ones.
    pub skipped: u64,
    /// Of these, those that failed or broke, with the first line of why.
    pub failed: Vec<String>,
}

/// Names of failed tests that are shown.
const SHOWN: usize = 20;

/// Whether tests ran and none failed.
pub fn judge(path: &str, text: &str) -> Finding {
    let tests = match read(text) {
        Ok(tests) => tests,
        Err(why) => return Finding::unknown(format!("{path} is no JUnit report")).evidence(why),
    };
    let Tests { run, skipped, failed } = tests;
    let figures = format!("{run} tests, {} failed, {skipped} skipped, by {path}", failed.len());
    if run == skipped {
        return Finding::failed("no test was run").evidence(figures);
    }
    if failed.is_empty() {
        return Finding::passed(match run - skipped {
            1 => "1 test passed".to_owned(),
            passed => format!("{passed} tests passed"),
        })
        .evidence(figures);
    }
    let rest = failed.len().saturating_sub(SHOWN);
    let finding = Finding::failed(format!("{} of {run} tests failed", failed.len())).evidence(figures);
    let finding = finding.evidences(failed.into_iter().take(SHOWN));
    if rest == 0 { finding } else { finding.evidence(format!("… and {rest} more")) }
}

/// `Err`: why it is no such report.
fn read(text: &str) -> Result<Tests, String> {
    let mut reader = Reader::from_str(text);
    let (mut tests, mut seen_suite) = (Tests::default(), false);
    // The case that is open, and whether it has been counted as failed: one may hold several failures.
    let mut open: Option<(String, bool)> = None;
    loop {
        let event = reader.read_event().map_err(|error| format!("byte {}: {error}", reader.error_position()))?;
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                b"testsuites" | b"testsuite" => seen_suite = true,
                b"testcase" => {
                    tests.run += 1;
                    open = Some((name(&tag), false));
                }
                b"skipped" if open.is_some() => tests.skipped += 1,
                b"failure" | b"error" => {
                    if let Some((name, counted @ false)) = &mut open {
                        let why = attribute(&tag, "message").unwrap_or_default();
                        let why = why.lines().next().unwrap_or_default();
                        let why: String = why.chars().take(160).collect();
                        tests.failed.push(if why.is_empty() { name.clone() } else { format!("{name}: {why}") });
                        *counted = true;
                    }
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    if seen_suite { Ok(tests) } else { Err("it has no `<testsuite>` element".to_owned()) }
}

fn name(case: &BytesStart<'_>) -> String {
    let name = attribute(case, "name").unwrap_or_default();
    match attribute(case, "classname").filter(|class| !class.is_empty() && *class != name) {
        Some(class) => format!("{class} › {name}"),
        None => name,
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.try_get_attribute(name).ok()??;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    #[test]
    fn failures_are_named() {
        let text = r#"<testsuites><testsuite name="login.spec.ts" tests="4" failures="1">
            <testcase name="signs in" classname="login.spec.ts" time="1.2"></testcase>
            <testcase name="signs out" classname="login.spec.ts"><failure message="Timed out&#10;at line 3" type="E">x</failure><error message="again"/></testcase>
            <testcase name="later"><skipped/></testcase><testcase name="draws"/></testsuite></testsuites>"#;
        let finding = judge("junit.xml", text);
        assert_eq!((finding.verdict, finding.what.as_str()), (Verdict::Failed, "1 of 4 tests failed"));
        assert_eq!(
            finding.evidence,
            ["4 tests, 1 failed, 1 skipped, by junit.xml", "login.spec.ts › signs out: Timed out"]
        );
    }

    #[test]
    fn a_report_without_tests_is_no_pass() {
        assert_eq!(judge("j.xml", "<testsuite/>").what, "no test was run");
        assert_eq!(judge("j.xml", "<html/>").verdict, Verdict::Unknown);
        assert_eq!(judge("j.xml", "<testsuite><testcase name='a'/></testsuite>").what, "1 test passed");
    }
}
