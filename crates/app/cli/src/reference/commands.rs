//! The page of all commands, from their definitions.

use clap::{Arg, Command};

use crate::cli;

/// Every visible command: what it does, how it is called, what it takes.
pub fn page() -> String {
    let mut whole = cli::command();
    whole.build();
    let mut text = String::from("# Command line\n\n`callsheet COMMAND --help` says the same in the terminal.\n");
    for (heading, names) in cli::GROUPS {
        text.push_str(&format!("\n## {heading}\n"));
        for name in names {
            if let Some(command) = whole.find_subcommand(name) {
                text.push_str(&section(command, &format!("callsheet {name}"), 3));
            }
        }
    }
    text.push_str("\n## Options of every command\n\n");
    text.push_str(&table(whole.get_arguments().filter(|arg| arg.is_global_set())));
    text
}

fn section(command: &Command, name: &str, level: usize) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    let mut text = format!("\n{} {name}\n\n{about}.\n\n```text\n{usage}\n```\n", "#".repeat(level));
    let everywhere = |arg: &Arg| arg.get_help_heading() == Some("Everywhere");
    let own = table(command.get_arguments().filter(|arg| !everywhere(arg) && !arg.is_hide_set()));
    if !own.is_empty() {
        text.push_str(&format!("\n{own}"));
    }
    if let Some(after) = command.get_after_help() {
        text.push_str(&format!("\n{}\n", after.to_string().replace('\n', " ")));
    }
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        text.push_str(&section(inner, &format!("{name} {}", inner.get_name()), level + 1));
    }
    text
}

fn table<'a>(args: impl Iterator<Item = &'a Arg>) -> String {
    let rows: Vec<String> = args.filter(|arg| !is_usual(arg)).map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("| | |\n| --- | --- |\n{}", rows.concat())
}

/// What every command has; a `--version VERSION` of a command's own is another thing.
fn is_usual(arg: &Arg) -> bool {
    use clap::ArgAction::{Help, HelpLong, HelpShort, Version};
    matches!(arg.get_action(), Help | HelpLong | HelpShort | Version)
}

fn row(arg: &Arg) -> String {
    let value = arg.get_value_names().map(|names| names.join(" ")).unwrap_or_default();
    let takes = arg.get_action().takes_values();
    let form = match (arg.get_long(), arg.get_short()) {
        (None, None) => value,
        (Some(long), None) if takes => format!("--{long} {value}"),
        (Some(long), None) => format!("--{long}"),
        (Some(long), Some(short)) if takes => format!("-{short}, --{long} {value}"),
        (Some(long), Some(short)) => format!("-{short}, --{long}"),
        (None, Some(short)) => format!("-{short} {value}"),
    };
    let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let defaults: Vec<String> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if takes && !defaults.is_empty() {
        help.push_str(&format!(" (default: `{}`)", defaults.join(" ")));
    }
    if let Some(variable) = arg.get_env() {
        help.push_str(&format!(" (environment: `{}`)", variable.to_string_lossy()));
    }
    format!("| `{}` | {} |\n", form.replace('|', "\\|"), help.replace('|', "\\|"))
}
