//! lcov's trace files: `SF:` begins a file, `DA:line,hits` is a line, `end_of_record` ends the file (geninfo(1)).

use std::collections::BTreeMap;

use super::Covered;

/// A file that occurs several times (one for each test) counts once, a line as hit if any of them hit it.
pub(super) fn read(text: &str) -> Result<Covered, String> {
    let mut files: BTreeMap<&str, BTreeMap<u32, bool>> = BTreeMap::new();
    let mut file = None;
    for (at, line) in text.lines().enumerate() {
        let wrong = || format!("line {}: `{}`", at + 1, line.chars().take(80).collect::<String>());
        if let Some(path) = line.strip_prefix("SF:") {
            files.entry(path).or_default();
            file = Some(path);
        } else if let Some(data) = line.strip_prefix("DA:") {
            let mut parts = data.split(',');
            let number: u32 = parts.next().and_then(|number| number.parse().ok()).ok_or_else(wrong)?;
            // Some writers give counts beyond 2^64, or as a float.
            let hits: f64 = parts.next().and_then(|hits| hits.parse().ok()).ok_or_else(wrong)?;
            let lines = file.and_then(|path| files.get_mut(path)).ok_or_else(wrong)?;
            *lines.entry(number).or_default() |= hits > 0.0;
        } else if line == "end_of_record" {
            file = None;
        }
    }
    if files.is_empty() {
        return Err("it has no `SF:` line".to_owned());
    }
    let lines = || files.values().flat_map(BTreeMap::values);
    Ok(Covered {
        lines: lines().count() as u64,
        hit: lines().filter(|&&hit| hit).count() as u64,
        files: files.values().filter(|lines| !lines.is_empty()).count() as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_several_tests_counts_once() {
        let text = "TN:one\nSF:a.rs\nFN:1,f\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\nTN:two\nSF:a.rs\nDA:2,3,hash\nend_of_record\nSF:b.rs\nDA:1,0\nend_of_record\n";
        assert_eq!(read(text), Ok(Covered { lines: 3, hit: 2, files: 2 }));
    }

    #[test]
    fn says_what_it_cannot_read() {
        assert_eq!(read("DA:1,1\n"), Err("line 1: `DA:1,1`".to_owned()));
        assert_eq!(read("SF:a\nDA:x,1\n"), Err("line 2: `DA:x,1`".to_owned()));
        assert_eq!(read(""), Err("it has no `SF:` line".to_owned()));
    }
}
