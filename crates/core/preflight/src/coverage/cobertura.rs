//! Cobertura's XML: `<class filename>` with `<line number hits>` beneath it.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Covered;

/// Lines are counted, not the totals that the writer gives: several writers disagree on those. A line that a method and its class both
/// list counts once.
pub(super) fn read(text: &str) -> Result<Covered, String> {
    let mut reader = Reader::from_str(text);
    let mut files: BTreeMap<String, BTreeMap<u32, bool>> = BTreeMap::new();
    let mut file = String::new();
    let mut seen_root = false;
    loop {
        let event = reader.read_event().map_err(|error| format!("byte {}: {error}", reader.error_position()))?;
        match event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                b"coverage" => seen_root = true,
                b"class" => file = attribute(&tag, "filename").unwrap_or_default(),
                b"line" => {
                    let number = attribute(&tag, "number").and_then(|number| number.parse().ok());
                    let hits: Option<f64> = attribute(&tag, "hits").and_then(|hits| hits.parse().ok());
                    let (Some(number), Some(hits)) = (number, hits) else {
                        return Err(format!("byte {}: a line without number or hits", reader.buffer_position()));
                    };
                    *files.entry(file.clone()).or_default().entry(number).or_default() |= hits > 0.0;
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    if !seen_root {
        return Err("it has no `<coverage>` element".to_owned());
    }
    let lines = || files.values().flat_map(BTreeMap::values);
    Ok(Covered {
        lines: lines().count() as u64,
        hit: lines().filter(|&&hit| hit).count() as u64,
        files: files.len() as u64,
    })
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.try_get_attribute(name).ok()??;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_methods_count_once() {
        let text = r#"<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "coverage-04.dtd">
<coverage line-rate="0.5"><packages><package><classes><class name="a" filename="a.py">
<methods><method name="f"><lines><line number="1" hits="2"/></lines></method></methods>
<lines><line number="1" hits="2"/><line number="2" hits="0" branch="true"></line></lines></class>
<class name="b" filename="b.py"><lines><line number="1" hits="1"/></lines></class></classes></package></packages></coverage>"#;
        assert_eq!(read(text), Ok(Covered { lines: 3, hit: 2, files: 2 }));
    }

    #[test]
    fn says_what_it_cannot_read() {
        assert_eq!(read("<html></html>"), Err("it has no `<coverage>` element".to_owned()));
        assert!(read("<coverage><line number='x'/></coverage>").unwrap_err().contains("a line without number or hits"));
        assert!(read("<coverage><class").is_err());
    }
}
