//! The values that a flow's variables begin with.

use callsheet_flow::{Flow, Value, Variables};

use super::Args;
use crate::failure::Failure;

/// Given ones over those of files over the environment's; the error names all that have no value.
pub fn of(flow: &Flow, args: &Args) -> Result<Variables, Failure> {
    let mut variables = Variables::new();
    for path in &args.variables_file {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::user(format!("cannot read the variables `{}`", path.display())).because(&error)
        })?;
        let given = (1..).zip(text.lines()).filter(|(_, line)| !is_blank(line));
        for (number, line) in given {
            let (name, value) = line
                .split_once('=')
                .ok_or_else(|| Failure::user(format!("{}:{number}: no `NAME=VALUE`", path.display())))?;
            variables.insert(name.trim().to_owned(), Value::given(value.trim()));
        }
    }
    variables.extend(args.variables.iter().map(|(name, value)| (name.clone(), Value::given(value))));
    let mut missing = Vec::new();
    for name in flow.variables() {
        if variables.contains_key(name) {
            continue;
        }
        match std::env::var(name) {
            Ok(value) => drop(variables.insert(name.to_owned(), Value::given(&value))),
            Err(_) => missing.push(name),
        }
    }
    if missing.is_empty() {
        return Ok(variables);
    }
    Err(Failure::user(format!("the flow uses variables that have no value: {}", missing.join(", ")))
        .hint(format!("give each with `--variable {}=…`, or set the environment variable of that name", missing[0])))
}

fn is_blank(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}
