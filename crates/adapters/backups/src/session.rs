//! A conversation with a database through its own client program: one transaction, many questions.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::error::{BackupError, Said};
use crate::tool::Tool;

/// The line that tells that an answer begins or ends.
const BEGIN: &str = "callsheet-begins-here";
const END: &str = "callsheet-ends-here";

/// A client program that is asked over its input and answers on its output.
pub(crate) struct Session {
    tool: Option<Tool>,
    lines: Receiver<String>,
    /// How the client is made to print a line.
    echo: fn(&str) -> String,
}

impl Session {
    /// Starts a client that runs each statement as it comes, prints rows as lines with tabs, and ends at the first error.
    pub(crate) fn start(
        mut command: Command,
        package: &'static str,
        echo: fn(&str) -> String,
    ) -> Result<Session, BackupError> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut tool = Tool::start(command, package)?;
        let (sender, lines) = channel();
        if let Some(stdout) = tool.child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).split(b'\n') {
                    let Ok(line) = line else { return };
                    if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                        return;
                    }
                }
            });
        }
        Ok(Session { tool: Some(tool), lines, echo })
    }

    /// Asks; gives the rows, each split at its tabs.
    pub(crate) fn ask(&mut self, sql: &str) -> Result<Vec<Vec<String>>, BackupError> {
        let lines = self.lines(sql)?;
        Ok(lines.into_iter().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
    }

    /// Asks for one value.
    pub(crate) fn ask_one(&mut self, sql: &str) -> Result<String, BackupError> {
        let rows = self.ask(sql)?;
        let value = rows.into_iter().next().and_then(|row| row.into_iter().next());
        value.ok_or_else(|| BackupError::Refused(format!("the server gave no answer to `{sql}`")))
    }

    /// Asks; gives the answer's lines.
    pub(crate) fn lines(&mut self, sql: &str) -> Result<Vec<String>, BackupError> {
        let text = format!("{}\n{sql};\n{}\n", (self.echo)(BEGIN), (self.echo)(END));
        if self.write(text.as_bytes()).is_err() {
            return Err(self.ended());
        }
        let mut answer = Vec::new();
        let mut begun = false;
        loop {
            match self.lines.recv() {
                Ok(line) if line == END => return Ok(answer),
                Ok(line) if line == BEGIN => begun = true,
                Ok(line) if begun => answer.push(line),
                Ok(_) => {}
                Err(_) => return Err(self.ended()),
            }
        }
    }

    /// Hands the client a script of any length.
    pub(crate) fn feed(&mut self, script: &mut dyn Read) -> Result<(), BackupError> {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = script.read(&mut buffer).map_err(BackupError::file("cannot read the backup"))?;
            if read == 0 {
                return Ok(());
            }
            if self.write(&buffer[..read]).is_err() {
                return Err(self.ended());
            }
            // What the script prints interests nobody.
            while self.lines.try_recv().is_ok() {}
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let stdin = self.tool.as_mut().and_then(|tool| tool.child.stdin.as_mut());
        let stdin = stdin.ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
        stdin.write_all(bytes)?;
        stdin.flush()
    }

    fn ended(&mut self) -> BackupError {
        match self.tool.take() {
            Some(tool) => tool.failed(),
            None => BackupError::Tool { tool: "client".to_owned(), cause: Said("it has ended".to_owned()) },
        }
    }

    /// Ends the conversation; what was not committed is rolled back.
    pub(crate) fn end(mut self) -> Result<(), BackupError> {
        match self.tool.take() {
            Some(tool) => tool.finish().map(drop),
            None => Ok(()),
        }
    }
}
