//! Callsheet's own command line, as far as runbooks may use it.

/// A command with what it understands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnCommand {
    /// `callsheet`, `run`, ….
    pub name: String,
    /// `--yes`, `-y`, ….
    pub options: Vec<String>,
    /// Commands below it.
    pub commands: Vec<OwnCommand>,
}

/// A word that is not understood.
pub(crate) struct NotOwn {
    /// The command as far as it is.
    pub(crate) command: String,
    /// Which argument.
    pub(crate) index: usize,
    /// What is known in its place.
    pub(crate) known: Vec<String>,
}

impl OwnCommand {
    /// Words after `callsheet` that are not understood. Long options and names of commands are looked at, values never are.
    pub(crate) fn misread(&self, words: &[&str]) -> Vec<NotOwn> {
        let mut found = Vec::new();
        let mut at = self;
        let mut command = self.name.clone();
        let mut options: Vec<&str> = at.options.iter().map(String::as_str).collect();
        for (index, word) in words.iter().enumerate() {
            if *word == "--" {
                break;
            }
            if word.starts_with("--") {
                let name = word.split('=').next().unwrap_or_default();
                if !options.contains(&name) {
                    let known = options.iter().map(|option| (*option).to_owned()).collect();
                    found.push(NotOwn { command: command.clone(), index, known });
                }
            } else if !word.starts_with('-') && !at.commands.is_empty() {
                match at.commands.iter().find(|one| one.name == *word) {
                    Some(next) => {
                        at = next;
                        command = format!("{command} {word}");
                        options.extend(at.options.iter().map(String::as_str));
                    }
                    // After an option it may be its value.
                    None if index > 0 && words[index - 1].starts_with('-') => {}
                    None => {
                        let known = at.commands.iter().map(|one| one.name.clone()).collect();
                        found.push(NotOwn { command, index, known });
                        return found;
                    }
                }
            }
        }
        found
    }
}
