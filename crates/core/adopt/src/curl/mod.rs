//! `curl` with an expectation as an HTTP flow, where it is certain that both ask and judge the same.

mod asserts;
mod options;
mod request;
mod words;

use std::collections::BTreeSet;

use callsheet_diag::{SourceText, Span};
use callsheet_runbook::document::Fence;
use callsheet_runbook::fences::split_info;
use callsheet_runbook::{Act, ActKind, Expect, ExpectTest, Runs, Step};

use crate::edit::Edit;

/// The edits that make a block a flow.
pub(crate) struct Translation {
    pub(crate) edits: Vec<Edit>,
    /// Lines whose expectations the flow asserts.
    pub(crate) asserted: BTreeSet<u32>,
}

/// `Ok(None)`: the block is no `curl` with an expectation. `Err`: it is one, and why it stays.
pub(crate) fn translate(step: &Step, fence: &Fence, source: &SourceText) -> Result<Option<Translation>, String> {
    let run = || step.acts.iter().filter(|act| act.kind == ActKind::Run);
    let stated: Vec<&Expect> = step.expects.iter().filter(|one| !matches!(one.test, ExpectTest::Exit { .. })).collect();
    let calls = run().any(|act| act.command.starts_with("curl "));
    if step.runs != Some(Runs::Shell) || !calls || stated.is_empty() || !step.attributes.expects.is_empty() {
        return Ok(None);
    }
    if run().any(|act| !act.command.starts_with("curl ")) || run().count() != step.acts.len() {
        return Err("the block does other things, too".to_owned());
    }
    if !step.danger.is_empty() {
        return Err("the step is dangerous".to_owned());
    }
    if step.acts.iter().any(|act| act.choice.is_some()) || step.attributes.shell.is_some() || step.interactive {
        return Err("the block is more than requests in a row".to_owned());
    }
    let within = |one: &Expect| fence.lines.iter().any(|line| line.line == one.line);
    if !stated.iter().all(|one| within(one) && one.inferred) {
        return Err("what is expected stands outside of the block".to_owned());
    }
    let text = flow(step, fence)?;
    let asserted = stated.iter().map(|one| one.line).collect();
    Ok(Some(Translation { edits: edits(fence, &text, source), asserted }))
}

/// The flow's lines: the comments stay where they were.
fn flow(step: &Step, fence: &Fence) -> Result<Vec<String>, String> {
    let mut made: Vec<String> = Vec::new();
    let mut response: Vec<String> = Vec::new();
    let mut skip_until = 0;
    for line in &fence.lines {
        let text = line.text.trim();
        if line.line < skip_until {
            continue;
        }
        if let Some((index, act)) = step.acts.iter().enumerate().find(|(_, act)| act.line == line.line) {
            made.append(&mut response);
            let first = act.command.lines().next().unwrap_or_default().trim();
            if text != first {
                return Err("the commands stand behind prompts".to_owned());
            }
            let (request, comment) = request(step, act)?;
            let expects: Vec<&Expect> = step.expects.iter().filter(|one| judges(one, index, step)).collect();
            response = asserts::response(&request, &expects)?;
            made.extend(request.lines()?);
            made.extend(comment.map(|words| format!("# {words}")));
            skip_until = act.line + act.command.lines().count() as u32;
        } else if text.starts_with('#') {
            made.push(text.to_owned());
        } else if text.is_empty() {
            made.append(&mut response);
            made.push(String::new());
        } else {
            return Err("the block shows output".to_owned());
        }
    }
    made.append(&mut response);
    let parsed = callsheet_flow::parse(&made.join("\n")).map_err(|error| error.message)?;
    if parsed.entries.len() != step.acts.len() {
        return Err("as a flow its requests would run together".to_owned());
    }
    Ok(made)
}

fn judges(expect: &Expect, act: usize, step: &Step) -> bool {
    expect.act.unwrap_or(step.acts.len() - 1) == act
}

/// The request that a command makes, and the comment behind it.
fn request(step: &Step, act: &Act) -> Result<(request::Request, Option<String>), String> {
    let names: Vec<&str> =
        step.params.iter().map(|one| one.text.as_str()).filter(|text| text.starts_with('<')).collect();
    let (words, comment) = words::words(&act.command, &names)?;
    Ok((options::read(&words)?, comment))
}

/// The language and every line, each with what stands before the block's own lines.
fn edits(fence: &Fence, flow: &[String], source: &SourceText) -> Vec<Edit> {
    let (name, _) = split_info(&fence.info);
    let at = fence.info_span.start;
    let language = match name {
        "" => Edit::insert(at, "hurl"),
        name => Edit::replace(Span::new(at, at + name.len()), "hurl"),
    };
    let (Some(first), Some(last)) = (fence.lines.first(), fence.lines.last()) else { return vec![language] };
    let text = source.text();
    let line_start = source.line_span(first.line).start;
    let prefix = &text[line_start..first.span.start];
    let line_end = match &text.as_bytes()[first.span.end..] {
        [b'\r', b'\n', ..] => "\r\n",
        [b'\r', ..] => "\r",
        _ => "\n",
    };
    let mut body = String::new();
    for (index, line) in flow.iter().enumerate() {
        let indented = if index == 0 { line.clone() } else { format!("{line_end}{prefix}{line}") };
        body.push_str(if line.is_empty() { indented.trim_end_matches([' ', '\t']) } else { &indented });
    }
    vec![language, Edit::replace(Span::new(first.span.start, last.span.end), body)]
}
