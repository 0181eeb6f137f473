//! `callsheet flow --check FILE…`: whether flows can be read, and by whom they would be carried out.

use std::path::{Path, PathBuf};

use callsheet_actions::flow::HurlProgram;

use crate::commands::called;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::report::plural;

/// One line for each file; exit status 1 if one cannot be run.
pub fn execute(files: &[PathBuf], context: &Context) -> Result<Exit, Failure> {
    let paths: Vec<Option<&Path>> = match files {
        [] => vec![None],
        files => files.iter().map(|file| Some(file.as_path())).collect(),
    };
    let mut program = None;
    let mut all_well = true;
    for path in paths {
        let (name, text) = called::text(path)?;
        let (line, hint) = match callsheet_flow::read(&text) {
            Err(error) => {
                all_well = false;
                (format!("{}:{}: error: {}", error.at.line, error.at.column, error.message), error.hint)
            }
            Ok(flow) => {
                let requests = plural(flow.entries.len(), "request");
                match flow.foreign().first() {
                    None => (format!(" {requests}"), None),
                    Some(foreign) => match program.get_or_insert_with(HurlProgram::find) {
                        Some(program) => {
                            let line = foreign.at.line;
                            (
                                format!(
                                    " {requests}, by the installed hurl {}: `{}` in line {line}",
                                    program.version(),
                                    foreign.name
                                ),
                                None,
                            )
                        }
                        None => {
                            all_well = false;
                            let fault = foreign.fault();
                            (format!("{}:{}: error: {}", fault.at.line, fault.at.column, fault.message), fault.hint)
                        }
                    },
                }
            }
        };
        let hint = hint.map_or_else(String::new, |hint| format!("  hint: {hint}\n"));
        context.screen.data(&format!("{name}:{line}\n{hint}"))?;
    }
    Ok(if all_well { Exit::Done } else { Exit::Failed })
}
