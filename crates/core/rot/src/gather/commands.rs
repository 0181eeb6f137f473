//! What a command is once the programs that only start another are looked through.

use super::lexer::Simple;
use super::quotes::Word;

/// Programs that start what follows their options, with the options that take a value.
const WRAPPERS: &[(&str, &[&str])] = &[
    ("sudo", &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "--user", "--group", "--chdir"]),
    ("doas", &["-u", "-C"]),
    ("env", &["-u", "-C", "-S", "--unset", "--chdir"]),
    ("time", &["-f", "-o"]),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"]),
    ("nohup", &[]),
    ("nice", &["-n", "--adjustment"]),
    ("ionice", &["-c", "-n", "-p", "--class", "--classdata"]),
    ("command", &[]),
    ("builtin", &[]),
    ("exec", &["-a"]),
    ("xargs", &["-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s", "--max-args", "--max-procs", "--replace"]),
    ("stdbuf", &["-i", "-o", "-e"]),
    ("setsid", &[]),
    ("watch", &["-n", "--interval"]),
    ("chronic", &[]),
    ("unbuffer", &[]),
    ("caffeinate", &[]),
];

/// Words that the shell itself carries out.
pub(super) const BUILTINS: &str = ". : [ [[ alias bg bind break builtin caller cd command compgen complete continue declare dirs disown echo \
enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray \
readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait esac fi done in";

/// The programs that a simple command starts, outermost first: `sudo timeout 5 make x` gives three, each with its words.
pub(super) fn layers(simple: &Simple) -> Vec<&[Word]> {
    let mut found = Vec::new();
    let mut words = simple.words.as_slice();
    while let Some(first) = words.first() {
        found.push(words);
        let Some((name, with_value)) = WRAPPERS.iter().find(|(name, _)| *name == first.text) else { break };
        let mut at = 1;
        while let Some(word) = words.get(at) {
            if word.text.starts_with('-') {
                // `command -v x` asks whether there is an x.
                if *name == "command" && matches!(word.text.as_str(), "-v" | "-V") {
                    return found;
                }
                at += 1 + usize::from(with_value.contains(&word.text.as_str()));
            } else if word.assigns() || *name == "timeout" && at_duration(words, at) {
                at += 1;
            } else {
                break;
            }
        }
        words = words.get(at..).unwrap_or_default();
    }
    found
}

/// The first word of `timeout` that is no option is a length of time.
fn at_duration(words: &[Word], at: usize) -> bool {
    words[at].text.starts_with(|c: char| c.is_ascii_digit()) || !words[at].fixed && at == 1
}

/// Arguments that are neither options nor the values of `with_value`.
pub(super) fn operands<'a>(words: &'a [Word], with_value: &[&str]) -> Vec<&'a Word> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if word.text == "--" {
            found.extend(&words[at + 1..]);
            break;
        }
        if word.text.starts_with('-') && word.text.len() > 1 {
            at += 1 + usize::from(with_value.contains(&word.text.as_str()));
            continue;
        }
        found.push(word);
        at += 1;
    }
    found
}

/// The values of an option, written `-f x` or `--file=x`.
pub(super) fn values<'a>(words: &'a [Word], options: &[&str]) -> Vec<(&'a Word, &'a str)> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if options.contains(&word.text.as_str()) {
            found.extend(words.get(at + 1).map(|value| (value, value.text.as_str())));
        } else if let Some((option, value)) = word.text.split_once('=')
            && options.contains(&option)
        {
            found.push((word, value));
        }
    }
    found
}
