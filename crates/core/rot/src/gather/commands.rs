//! What a command is once the programs that only start another are looked through.

use callsheet_runbook::shell::behind;

use super::lexer::Simple;
use super::quotes::Word;

/// Words that the shell itself carries out.
pub(super) const BUILTINS: &str = ". : [ [[ alias bg bind break builtin caller cd command compgen complete continue declare dirs disown echo \
enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray \
readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait esac fi done in";

/// The programs that a simple command starts, outermost first: `sudo timeout 5 make x` gives three, each with its words.
pub(super) fn layers(simple: &Simple) -> Vec<&[Word]> {
    let mut found = Vec::new();
    let mut words = simple.words.as_slice();
    while !words.is_empty() {
        found.push(words);
        let Some(at) = behind(words) else { break };
        words = &words[at..];
    }
    found
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
