//! What the document model says about small texts, one line per block.

use callsheet_diag::SourceText;

use super::*;

fn render(text: &str) -> String {
    let source = SourceText::new("a.md", text);
    let document = Document::read(&source);
    let mut lines = Vec::new();
    for (index, block) in document.blocks.iter().enumerate() {
        let depth = std::iter::successors(block.parent, |&at| document.blocks[at].parent).count();
        let words = document.text(index).map(|text| text.plain().into_owned()).unwrap_or_default();
        let what = match &block.kind {
            BlockKind::Heading { level, .. } => format!("h{level} {words}"),
            BlockKind::Paragraph(text) => {
                format!(
                    "p {}",
                    text.lines.iter().map(|line| format!("{}:{}", line.line, line.text)).collect::<Vec<_>>().join("|")
                )
            }
            BlockKind::Item(item) => {
                format!("item {:?} {} {:?}", item.number, item.marker, item.checkbox)
            }
            BlockKind::Fence(fence) => {
                let lines: Vec<String> =
                    fence.lines.iter().map(|line| format!("{}:{}", line.line, line.text)).collect();
                format!("fence [{}]{} {}", fence.info, if fence.closed { "" } else { " open" }, lines.join("|"))
            }
            BlockKind::Table(table) => format!("table {}x{}", table.header.len(), table.rows.len()),
            BlockKind::Quote { alert } => format!("quote {alert:?}"),
            BlockKind::Html => "html".to_owned(),
            BlockKind::Rule => "rule".to_owned(),
        };
        let aside = document.admonition(index).filter(|_| block.parent.is_none()).unwrap_or_default();
        lines.push(format!("{}{} {what} {aside}", "  ".repeat(depth), block.line).trim_end().to_owned());
    }
    lines.join("\n")
}

fn check(text: &str, expected: &str) {
    let trimmed: Vec<&str> = expected.lines().filter(|line| !line.trim().is_empty()).collect();
    let indent = trimmed.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
    let expected: Vec<&str> = trimmed.iter().map(|line| &line[indent..]).collect();
    assert_eq!(render(text), expected.join("\n"));
    assert_eq!(render(&text.replace('\n', "\r\n")), expected.join("\n"), "with CRLF");
}

#[test]
fn items_fences_and_paragraphs_nest() {
    check(
        "# T\n\n1. [ ] one **bold**\n   ```sh {a=1}\n   ls\n     -l\n   ```\n1. two\n\n   more\n- x\n",
        "
        1 h1 T
        3 item Some(1) . Some(false)
          3 p 3:one bold
          4 fence [sh {a=1}] 5:ls|6:  -l
        8 item Some(1) . None
          8 p 8:two
          10 p 10:more
        11 item None - None
          11 p 11:x
        ",
    );
}

#[test]
fn wrappers_are_transparent() {
    check(
        "<details>\n<summary>More</summary>\n1. inside\n</details>\n\n:::{warning} Mind\n:class: x\ntext\n:::\n\n````{note}\n```sh\nls\n```\n````\nafter <!-- hid\nden --> it\n",
        "
        3 item Some(1) . None
          3 p 3:inside
        8 p 8:text warning
        12 fence [sh] 13:ls note
        16 p 16:after|17:it
        ",
    );
}

#[test]
fn front_matter_marks_and_tables() {
    check(
        "---\ntitle: x\n---\n> [!WARNING]\n> beware\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nsay `x` to <name>\n\n```\nnever closed\n",
        "
        4 quote Some(\"warning\") warning
          5 p 5:beware
        7 table 2x1
        11 p 11:say x to <name>
        13 fence [] open 14:never closed
        ",
    );
}

#[test]
fn a_byte_order_mark_keeps_offsets_of_the_raw_file() {
    let source = SourceText::new("a.md", "\u{feff}# T\n\n`code` here\n");
    let document = Document::read(&source);
    assert_eq!(source.slice(document.blocks[0].span).trim(), "# T");
    let (line, mark) = document.text(1).unwrap().marks().next().unwrap();
    assert_eq!((line.marked(mark), source.slice(mark.span)), ("code", "`code`"));
    assert_eq!(document.section_path(1), ["T"]);
}

#[test]
fn leads_are_the_bold_words_before_a_colon() {
    let source = SourceText::new("a.md", "**Fix:** run `x`\n");
    let document = Document::read(&source);
    let line = &document.text(0).unwrap().lines[0];
    let (words, rest) = line.lead().unwrap();
    assert_eq!((words, &line.text[rest..]), ("Fix", "run x"));
}

#[test]
fn a_masked_character_may_be_indentation() {
    let text = "- [ ] a\n<!-- b\n\n\u{fffd}🚨 -->> c\n";
    let document = Document::read(&SourceText::new("a.md", text));
    assert!(document.blocks.iter().all(|block| text.is_char_boundary(block.span.start)));
}

#[test]
fn a_fence_in_indented_code_hides_nothing_below_it() {
    let text = "# T\n\nText:\n\n    ```\n    not a fence\n\n<a id=\"here\"></a>\n\n- item\n\n  ```sh\n  <a id=\"code\"></a>\n  ```\n\n1.  wide\n\n    ```sh\n    <a id=\"code\"></a>\n    ```\n\n<a id=\"there\"></a>\n";
    let document = Document::read(&SourceText::new("a.md", text));
    assert_eq!(document.anchors, ["here", "there"]);
}
