//! Walks the commands of a procedure in order and keeps what the shell would keep: the folder, functions, files made.

use std::collections::BTreeSet;

use callsheet_diag::Span;
use callsheet_runbook::{ActKind, ExpectTest, Runs, Step};

use super::commands::{BUILTINS, layers, operands};
use super::lexer::{Piece, Simple, lex};
use super::quotes::Word;
use super::{Asked, files, hosts, on_line, services, tasks, versions};
use crate::claim::{Claim, Claimed};

/// Where the walk stands.
pub(super) struct Walk<'a> {
    pub(super) asked: Asked<'a>,
    pub(super) found: Vec<Claim>,
    /// Files and folders that commands of the document make.
    pub(super) made: BTreeSet<String>,
    /// Branches and tags that they make.
    pub(super) refs_made: BTreeSet<String>,
    /// Functions and aliases.
    defined: BTreeSet<String>,
    /// Where the shell stands, relative to the root; `None`: nobody can tell.
    pub(super) folder: Option<String>,
    subshells: Vec<Option<String>>,
    pushed: Vec<Option<String>>,
    step: Option<&'a Step>,
    line: u32,
}

impl<'a> Walk<'a> {
    pub(super) fn new(asked: &Asked<'a>) -> Walk<'a> {
        let mut walk = Walk {
            asked: *asked,
            found: Vec::new(),
            made: BTreeSet::new(),
            refs_made: BTreeSet::new(),
            defined: BTreeSet::new(),
            folder: Some(String::new()),
            subshells: Vec::new(),
            pushed: Vec::new(),
            step: None,
            line: 0,
        };
        walk.look_ahead();
        walk
    }

    /// What any command of the document makes is no rot where it is missing now.
    fn look_ahead(&mut self) {
        let steps = self.asked.reading.runbook.procedures.iter().flat_map(|procedure| &procedure.steps);
        let shell = steps.filter(|step| matches!(step.runs, Some(Runs::Shell)));
        for act in shell.flat_map(|step| &step.acts).filter(|act| act.kind != ActKind::Manual) {
            for piece in lex(&act.command) {
                match piece {
                    Piece::Defines(name) => {
                        self.defined.insert(name);
                    }
                    Piece::Command(simple) => self.note_made(&simple),
                    Piece::Enter | Piece::Leave => {}
                }
            }
        }
    }

    fn note_made(&mut self, simple: &Simple) {
        self.made.extend(simple.writes.iter().map(|word| word.text.clone()));
        for words in layers(simple) {
            if words[0].text == "alias" {
                let names = words[1..].iter().filter_map(|word| word.text.split_once('='));
                self.defined.extend(names.map(|(name, _)| name.to_owned()));
            }
            self.made.extend(files::made(words));
            self.refs_made.extend(versions::made(words));
        }
    }

    /// A procedure begins in the root.
    pub(super) fn begin(&mut self) {
        self.folder = Some(String::new());
        self.subshells.clear();
        self.pushed.clear();
    }

    pub(super) fn enter(&mut self, step: Option<&'a Step>) {
        self.step = step;
    }

    pub(super) fn claim(&mut self, span: Span, what: Claimed) {
        self.found.push(Claim { span, what });
    }

    /// Claims something of a word of the current script.
    pub(super) fn claim_at(&mut self, word: &Word, what: Claimed) {
        let span = on_line(self.asked.source, self.line + word.line as u32, &word.raw);
        self.claim(span, what);
    }

    /// Whether the word is exactly what will be used: nothing to compute, nothing to fill in.
    pub(super) fn is_fixed(&self, word: &Word) -> bool {
        let params = self.step.map(|step| step.params.as_slice()).unwrap_or_default();
        word.fixed
            && !params.iter().any(|one| {
                // `<name>` looks like two redirections to the lexer.
                !one.text.is_empty() && (word.raw.contains(&one.text) || one.text == format!("<{}>", word.raw))
            })
    }

    /// Whether the step is meant to see a page that is not there.
    pub(super) fn expects_an_error(&self) -> bool {
        let expects = self.step.map(|step| step.expects.as_slice()).unwrap_or_default();
        expects.iter().any(|one| matches!(one.test, ExpectTest::HttpStatus { status: 400.. }))
    }

    /// The claims of a script whose first line is `line` of the file.
    pub(super) fn script(&mut self, line: u32, text: &str) {
        self.line = line;
        let depth = self.subshells.len();
        for piece in lex(text) {
            match piece {
                Piece::Enter => self.subshells.push(self.folder.clone()),
                Piece::Leave if self.subshells.len() > depth => {
                    self.folder = self.subshells.pop().unwrap_or_default();
                }
                Piece::Leave | Piece::Defines(_) => {}
                Piece::Command(simple) => self.command(&simple),
            }
        }
        if self.subshells.len() > depth {
            self.folder = self.subshells[depth].clone();
            self.subshells.truncate(depth);
        }
    }

    /// Only what a task runner or a path in running text claims.
    pub(super) fn mention(&mut self, line: u32, text: &str) {
        self.line = line;
        for piece in lex(text) {
            if let Piece::Command(simple) = piece
                && let Some(words) = layers(&simple).last()
            {
                tasks::claims(self, words);
            }
        }
    }

    fn command(&mut self, simple: &Simple) {
        for word in &simple.reads {
            files::read(self, word);
        }
        let layers = layers(simple);
        for words in &layers {
            self.program(&words[0]);
        }
        let Some(words) = layers.last().copied().filter(|words| !words.is_empty()) else { return };
        if !self.is_fixed(&words[0]) || self.defined.contains(&words[0].text) {
            return;
        }
        match words[0].text.as_str() {
            "cd" => self.go(words.get(1)),
            "pushd" => {
                self.pushed.push(self.folder.clone());
                self.go(words.get(1));
            }
            "popd" => self.folder = self.pushed.pop().unwrap_or_default(),
            _ => {
                files::claims(self, words);
                tasks::claims(self, words);
                services::claims(self, words);
                versions::claims(self, words);
                hosts::claims(self, words);
                self.own(words);
            }
        }
    }

    fn program(&mut self, word: &Word) {
        let name = word.text.as_str();
        let shell = BUILTINS.split(' ').any(|one| one == name) || self.defined.contains(name);
        if name.is_empty()
            || shell
            || name == "callsheet"
            || !self.is_fixed(word)
            || name.contains('/') && !name.starts_with('/')
        {
            return;
        }
        if name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./+".contains(c)) {
            self.claim_at(word, Claimed::Program { name: name.to_owned() });
        }
    }

    /// `cd` to a folder; without one, home.
    fn go(&mut self, target: Option<&Word>) {
        let Some(target) = target.filter(|word| self.is_fixed(word)) else {
            self.folder = None;
            return;
        };
        let text = target.text.as_str();
        if text == "-" || text.starts_with('/') {
            self.folder = None;
            return;
        }
        let Some(joined) = self.folder.as_deref().and_then(|folder| join(folder, text)) else {
            self.folder = None;
            return;
        };
        if text.split('/').any(|part| part != ".." && part != ".") && !self.is_made(text) {
            files::folder(self, target);
        }
        self.folder = Some(joined);
    }

    /// Whether a command of the document makes this file, or the folder it is in.
    pub(super) fn is_made(&self, path: &str) -> bool {
        let path = path.trim_start_matches("./");
        self.made
            .iter()
            .map(|made| made.trim_start_matches("./").trim_end_matches('/'))
            .any(|made| path == made || path.strip_prefix(made).is_some_and(|rest| rest.starts_with('/')))
    }

    fn own(&mut self, words: &[Word]) {
        if words[0].text != "callsheet" {
            return;
        }
        let texts: Vec<&str> = words[1..].iter().map(|word| word.text.as_str()).collect();
        for not_own in self.asked.own.misread(&texts) {
            let word = &words[not_own.index + 1];
            if self.is_fixed(word) {
                let what = Claimed::OwnWord { command: not_own.command, word: word.text.clone(), known: not_own.known };
                self.claim_at(word, what);
            }
        }
        let target = operands(&words[1..], &[]).into_iter().skip(1).find(|word| word.text.contains(".md#"));
        if let (Some(word), Some(folder)) = (target.filter(|word| self.is_fixed(word)), self.folder.clone())
            && let Some((path, slug)) = word.text.split_once('#')
        {
            self.claim_at(word, Claimed::Procedure { path: path.to_owned(), folder, slug: slug.to_owned() });
        }
    }
}

/// `folder/path` without dots; `None` if it leaves the root.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
