//! A script cut into statements.

use super::compound::Compound;
use super::{Kind, Tokens};
use crate::Engine;

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its text, without the delimiter and without comments around it.
    pub text: String,
    /// The line on which it begins, from 1.
    pub line: u32,
    /// The line on which it ends.
    pub last_line: u32,
}

/// Why a script cannot be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// What is so.
    pub what: String,
    /// What to do.
    pub hint: String,
}

/// The statements of `text`, in order.
pub fn statements(text: &str, engine: Engine) -> Result<Vec<Statement>, Fault> {
    let mut cutter = Cutter { text, engine, found: Vec::new(), begun: None, end: 0 };
    cutter.cut()?;
    Ok(cutter.found)
}

struct Cutter<'a> {
    text: &'a str,
    engine: Engine,
    found: Vec<Statement>,
    /// Where the statement being read begins.
    begun: Option<usize>,
    /// Where its last token ends.
    end: usize,
}

impl Cutter<'_> {
    fn cut(&mut self) -> Result<(), Fault> {
        let mut tokens = Tokens::new(self.text, self.engine);
        let mut delimiter = ";".to_owned();
        let mut compound = Compound::default();
        while let Some(token) = tokens.next() {
            if token.kind == Kind::Unended {
                return Err(self.fault(token.at, "a quote or comment begins here and never ends", "close it"));
            }
            if self.begun.is_none() && self.engine == Engine::Mysql && token.is("DELIMITER") {
                let line = self.text[token.end()..].lines().next().unwrap_or_default();
                delimiter = line.trim().to_owned();
                if delimiter.is_empty() {
                    return Err(self.fault(token.at, "DELIMITER names no delimiter", "write `DELIMITER //`"));
                }
                tokens.seek(token.end() + line.len());
                continue;
            }
            let own = delimiter != ";";
            let ends = if own {
                self.text[token.at..].starts_with(&delimiter)
            } else {
                token.is_symbol(";") && !compound.inside()
            };
            if ends {
                self.finish();
                compound = Compound::default();
                if own {
                    tokens.seek(token.at + delimiter.len());
                }
                continue;
            }
            if self.begun.is_none() {
                self.refuse_client_commands(&token)?;
                self.begun = Some(token.at);
            }
            // A word may run into the delimiter: `END$$`.
            match token.text.find(&delimiter).filter(|_| own && token.kind == Kind::Word) {
                Some(at) => {
                    self.end = token.at + at;
                    tokens.seek(self.end);
                }
                None => self.end = token.end(),
            }
            compound.take(&token, self.engine);
        }
        if compound.inside() {
            let begun = self.begun.unwrap_or_default();
            return Err(self.fault(begun, "a body that BEGIN opens in this statement never ends", "write its `END;`"));
        }
        self.finish();
        self.refuse_copies()
    }

    fn finish(&mut self) {
        let Some(begun) = self.begun.take() else { return };
        let text = self.text[begun..self.end].to_owned();
        let line = self.line(begun);
        self.found.push(Statement { last_line: line + text.matches('\n').count() as u32, text, line });
    }

    fn line(&self, at: usize) -> u32 {
        1 + self.text[..at].matches('\n').count() as u32
    }

    fn fault(&self, at: usize, what: &str, hint: &str) -> Fault {
        Fault { line: self.line(at), what: what.to_owned(), hint: hint.to_owned() }
    }

    /// Lines for a client program: psql's `\connect`, sqlite3's `.mode`.
    fn refuse_client_commands(&self, token: &super::Token) -> Result<(), Fault> {
        let program = match self.engine {
            Engine::Postgres if token.is_symbol("\\") => "psql",
            Engine::Sqlite if token.is_symbol(".") => "sqlite3",
            _ => return Ok(()),
        };
        let what = format!("this line is a command of the program `{program}`, not SQL");
        Err(self.fault(token.at, &what, "take it out: a migration is SQL that any connection can run"))
    }

    /// Data between statements can only be told from SQL by `psql` itself.
    fn refuse_copies(&self) -> Result<(), Fault> {
        let copies = |statement: &&Statement| {
            let words: Vec<_> = Tokens::new(&statement.text, self.engine).collect();
            self.engine == Engine::Postgres
                && words.first().is_some_and(|first| first.is("COPY"))
                && words.windows(2).any(|pair| pair[0].is("FROM") && pair[1].is("STDIN"))
        };
        match self.found.iter().find(copies) {
            None => Ok(()),
            Some(statement) => Err(Fault {
                line: statement.line,
                what: "COPY FROM STDIN takes its data from the client, which a migration does not have".to_owned(),
                hint: "write INSERT statements".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(engine: Engine, text: &str, expected: &[&str]) {
        let found = statements(text, engine).unwrap();
        let texts: Vec<&str> = found.iter().map(|statement| statement.text.as_str()).collect();
        assert_eq!(texts, expected, "{text}");
    }

    #[test]
    fn semicolons_end_statements_where_they_stand_in_nothing() {
        check(Engine::Postgres, "-- first; one\na ';';\n\n b $$;$$ ;; c", &["a ';'", "b $$;$$", "c"]);
        check(
            Engine::Postgres,
            "do $x$ begin a; end $x$; begin; b; end;",
            &["do $x$ begin a; end $x$", "begin", "b", "end"],
        );
        let atomic = "create function f() returns int begin atomic select case when 1=1 then 1 end; select 2; end";
        check(Engine::Postgres, &format!("{atomic}; select 3"), &[atomic, "select 3"]);
    }

    #[test]
    fn bodies_of_triggers_and_routines_are_whole() {
        let trigger =
            "create temp trigger t after insert on a begin update b set c = case when 1 then 2 end; delete from d; end";
        check(Engine::Sqlite, &format!("{trigger};\nselect 1;"), &[trigger, "select 1"]);
        let routine = "create procedure p() begin if x then begin y; end; end if; while 1 do z; end while; case q when 1 then r; end case; end";
        check(Engine::Mysql, &format!("{routine}; select 1"), &[routine, "select 1"]);
        check(
            Engine::Mysql,
            &format!("DELIMITER $$\r\n{routine}$$\r\nDELIMITER ;\r\nselect 1; select 2"),
            &[routine, "select 1", "select 2"],
        );
        check(Engine::Mysql, "delimiter //\na; b //\nc//\ndelimiter ;\nd;", &["a; b", "c", "d"]);
    }

    #[test]
    fn lines_are_kept() {
        let found = statements("-- x\n\na\n(b);\n/* y\n*/ c;", Engine::Sqlite).unwrap();
        let lines: Vec<_> = found.iter().map(|statement| (statement.line, statement.last_line)).collect();
        assert_eq!(lines, [(3, 4), (6, 6)]);
    }

    #[test]
    fn what_cannot_be_cut_is_said_with_its_line() {
        for (engine, text, line) in [
            (Engine::Postgres, "a;\nb 'c", 2),
            (Engine::Postgres, "a;\n\\connect x", 2),
            (Engine::Postgres, "copy a from stdin;\n1\n\\.\n", 1),
            (Engine::Mysql, "create trigger t before insert on a for each row begin b;", 1),
            (Engine::Sqlite, ".mode csv", 1),
        ] {
            let fault = statements(text, engine).unwrap_err();
            assert_eq!(fault.line, line, "{text}: {fault:?}");
        }
    }
}
