//! What running text claims: links, pictures, paths and tasks in inline code.

use std::sync::LazyLock;

use callsheet_diag::Span;
use callsheet_runbook::Document;
use callsheet_runbook::document::{BlockKind, MarkKind, Text};
use regex::Regex;

use super::walk::Walk;
use super::{Asked, files, hosts, on_line};
use crate::claim::{Claim, Claimed, FileRole};

static PICTURE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"!\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|<img\s[^>]*src="([^"]+)""#).ok());

/// The claims of headings, paragraphs and cells.
pub(super) fn claims(asked: &Asked<'_>, document: &Document, found: &mut Vec<Claim>) {
    let mut walk = Walk::new(asked);
    for block in &document.blocks {
        match &block.kind {
            BlockKind::Heading { text, .. } | BlockKind::Paragraph(text) => words(asked, text, &mut walk, found),
            BlockKind::Table(table) => {
                let cells = table.header.iter().chain(table.rows.iter().flatten());
                cells.for_each(|cell| words(asked, &cell.text, &mut walk, found));
            }
            _ => {}
        }
    }
    pictures(asked, document, found);
    found.append(&mut walk.found);
}

fn words(asked: &Asked<'_>, text: &Text, walk: &mut Walk<'_>, found: &mut Vec<Claim>) {
    for (line, mark) in text.marks() {
        match &mark.kind {
            MarkKind::Link { target } => {
                let line = line_with(asked, line.line, target);
                found.extend(link(target).map(|what| Claim { span: on_line(asked.source, line, target), what }));
            }
            MarkKind::Code => code(asked, line.line, line.marked(mark), walk, found),
            MarkKind::Strong | MarkKind::Emphasis | MarkKind::Strike => {}
        }
    }
}

/// Words of a link may begin lines before its target; of a link by reference they are all that is near.
fn line_with(asked: &Asked<'_>, line: u32, target: &str) -> u32 {
    (line..line + 4).find(|&line| asked.source.line(line).contains(target)).unwrap_or(line)
}

/// What a link claims; nothing for mail, templates and examples.
fn link(target: &str) -> Option<Claimed> {
    if target.starts_with("http://") || target.starts_with("https://") {
        hosts::url(target)?;
        let page = target.split('#').next().unwrap_or_default().to_owned();
        return (!hosts::holds_secret(target)).then_some(Claimed::Page { url: page });
    }
    let open = target.contains(['{', '<', '$', '`', ' ']) || target.contains("://") || target.starts_with("//");
    let scheme = target.split(['/', '#', '?', '.']).next().is_some_and(|first| first.contains(':'));
    if target.is_empty() || open || scheme {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let path = path.split('?').next().unwrap_or_default();
    let anchor = anchor.filter(|anchor| !anchor.is_empty()).map(decoded);
    (!path.is_empty() || anchor.is_some()).then(|| Claimed::Link { path: decoded(path), anchor })
}

/// `%20` and its kin.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let pair = (first == b'%').then(|| after.get(..2)).flatten().and_then(|two| std::str::from_utf8(two).ok());
        match pair.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A path in inline code that looks like one of the repository's, and tasks that are named with their runner.
fn code(asked: &Asked<'_>, line: u32, text: &str, walk: &mut Walk<'_>, found: &mut Vec<Claim>) {
    let first = text.split_whitespace().next().unwrap_or_default();
    let path = first.trim_end_matches(['/', ',', '.', ':']);
    let place = path.rsplit_once(':').filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
    let path = place.map_or(path, |(path, _)| path);
    let has_extension = path.rsplit('/').next().is_some_and(|name| name.trim_start_matches('.').contains('.'));
    if path.contains('/') && files::is_path(path) && !walk.is_made(path) && (has_extension || path.starts_with("./")) {
        let what = Claimed::File { path: path.to_owned(), folder: Some(String::new()), role: FileRole::Mentioned };
        found.push(Claim { span: on_line(asked.source, line, path), what });
    }
    let holes = text.contains(['<', '{', '[', '…', '*', '$']) || text.contains("...");
    if !holes && text.contains(' ') {
        walk.mention(line, text);
    }
}

/// Pictures are found in the raw text outside of code: the document keeps only their words.
fn pictures(asked: &Asked<'_>, document: &Document, found: &mut Vec<Claim>) {
    let Some(picture) = PICTURE.as_ref() else { return };
    let text = asked.source.text();
    let fences: Vec<Span> = document
        .blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Fence(_)))
        .map(|block| block.span)
        .collect();
    for captured in picture.captures_iter(text) {
        let Some(target) = captured.get(1).or(captured.get(2)) else { continue };
        let inside = |span: &Span| span.start <= target.start() && target.start() < span.end;
        let line = asked.source.line(asked.source.line_of(target.start()));
        if fences.iter().any(inside) || line.contains('`') {
            continue;
        }
        found.extend(link(target.as_str()).map(|what| Claim { span: Span::new(target.start(), target.end()), what }));
    }
}
