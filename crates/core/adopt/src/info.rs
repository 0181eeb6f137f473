//! Attributes put into a block's info string.

use callsheet_runbook::attributes::written;
use callsheet_runbook::document::Fence;
use callsheet_runbook::fences::split_info;

use crate::edit::Edit;

/// One attribute to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) key: &'static str,
    /// `None`: the key alone.
    pub(crate) value: Option<String>,
}

impl Attribute {
    pub(crate) fn new(key: &'static str, value: impl Into<String>) -> Attribute {
        Attribute { key, value: Some(value.into()) }
    }

    pub(crate) fn flag(key: &'static str) -> Attribute {
        Attribute { key, value: None }
    }

    /// As it is written; `None` if its value cannot stand in an info string.
    pub(crate) fn text(&self) -> Option<String> {
        match &self.value {
            None => Some(self.key.to_owned()),
            Some(value) => Some(format!("{}={}", self.key, quoted(value)?)),
        }
    }
}

/// In the lightest quotes that hold it. A backtick would end the info string of a block.
fn quoted(value: &str) -> Option<String> {
    if value.is_empty() || value.contains(['`', '\n', '\r', '\u{0}']) {
        return None;
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '#' | '@' | '%' | '+' | ':');
    if value.chars().all(plain) {
        return Some(value.to_owned());
    }
    let quote = ['"', '\''].into_iter().find(|quote| !value.contains(*quote))?;
    Some(format!("{quote}{value}{quote}"))
}

/// Why a block takes no attributes; `None` if it does.
pub(crate) fn refusal(fence: &Fence) -> Option<&'static str> {
    let info = fence.info.as_str();
    if fence.indented {
        return Some("an indented block has no line for attributes; fence it with ```");
    }
    let (name, _) = split_info(info);
    if name.starts_with('{')
        || info.starts_with('{') && !info.split_whitespace().next().is_some_and(|one| one.contains('='))
    {
        return Some("another tool's form of attributes stands on the block's first line");
    }
    let keys = written(info);
    let foreign = keys.iter().any(|one| one.key.starts_with(|c: char| c.is_ascii_digit()));
    let json = info.find('{').is_some_and(|at| info[at + 1..].trim_start().starts_with('"'));
    if json {
        return Some("its attributes are written as JSON; write them as `{key=value}`");
    }
    let open = info.contains('{') && !info.trim_end().ends_with('}');
    (foreign || open).then_some("another tool's attributes stand on the block's first line")
}

/// The edit that adds attributes to a block that takes them.
pub(crate) fn add(fence: &Fence, attributes: &[String]) -> Edit {
    let joined = attributes.join(" ");
    let info = fence.info.as_str();
    let at = fence.info_span.start;
    match info.rfind('}') {
        Some(close) if info.contains('{') => {
            let inner = info[..close].trim_end();
            let gap = if inner.ends_with('{') { "" } else { " " };
            Edit::insert(at + inner.len(), format!("{gap}{joined}"))
        }
        _ => Edit::insert(at + info.len(), format!(" {{{joined}}}")),
    }
}

#[cfg(test)]
mod tests {
    use callsheet_diag::SourceText;
    use callsheet_runbook::Document;
    use callsheet_runbook::document::BlockKind;

    use super::*;
    use crate::edit::apply;

    fn check(first: &str, expected: Option<&str>) {
        let text = format!("# T\n\n{first}\nls\n{}\n", &first[..3]);
        let source = SourceText::new("a.md", text.as_str());
        let document = Document::read(&source);
        let fence = document.blocks.iter().find_map(|block| match &block.kind {
            BlockKind::Fence(fence) => Some(fence),
            _ => None,
        });
        let fence = fence.expect("there is a fence");
        let made = refusal(fence).is_none().then(|| apply(&text, vec![&add(fence, &["name=x".to_owned()])]));
        assert_eq!(made.as_deref().and_then(|made| made.lines().nth(2)), expected, "{first}");
    }

    #[test]
    fn attributes_go_where_attributes_are() {
        check("```bash", Some("```bash {name=x}"));
        check("```", Some("``` {name=x}"));
        check("~~~ sh  ", Some("~~~ sh {name=x}  "));
        check("```bash {timeout=5m}", Some("```bash {timeout=5m name=x}"));
        check("```bash { timeout=5m }", Some("```bash { timeout=5m name=x }"));
        check("```bash {}", Some("```bash {name=x}"));
        check("```bash title=\"a b\"", Some("```bash title=\"a b\" {name=x}"));
        check("```{.bash}", None);
        check("```bash {1,3}", None);
        check("```bash {\"id\":\"x\"}", None);
    }

    #[test]
    fn values_get_the_lightest_quotes() {
        let text = |value: &str| Attribute::new("expect", value).text();
        assert_eq!(text("ready").as_deref(), Some("expect=ready"));
        assert_eq!(text("a b").as_deref(), Some("expect=\"a b\""));
        assert_eq!(text("\"a\": 1").as_deref(), Some("expect='\"a\": 1'"));
        assert_eq!(text("'a' \"b\""), None);
        assert_eq!(text("a`b"), None);
        assert_eq!(Attribute::flag("expect_empty").text().as_deref(), Some("expect_empty"));
    }
}
