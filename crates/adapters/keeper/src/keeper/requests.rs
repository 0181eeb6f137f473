//! Answers to what clients ask.

use super::event_loop::Keeper;
use crate::bytes::Bytes;
use crate::claim::Claim;
use crate::log::{Entry, Recorded};
use crate::outcome::End;
use crate::protocol::{ClaimState, Message, PROTOCOL, Refusal, Request, Status, Stream, WindowSize};
use callsheet_processes::is_running;

/// A client that attaches sees this much of what was shown before.
const REPLAY: u64 = 8 << 10;

impl Keeper {
    /// Does what a client asks, and answers.
    pub(super) fn handle(&mut self, client: u64, request: Request) {
        let answer = match request {
            Request::Start(step) => {
                let answer = self.start(*step);
                if let Some(Message::Started { .. }) = &answer {
                    // All clients see what runs.
                    answer.iter().for_each(|answer| self.clients.tell_all(answer));
                    return;
                }
                answer
            }
            Request::Cancel { claim } => self.cancel(claim),
            Request::Burn { claim } => Some(self.burn(claim)),
            Request::Status => Some(Message::Status(self.status())),
            Request::Tail { claim, stream, from } => Some(self.tail(claim, stream, from)),
            Request::Attach { claim, size } => return self.attach(client, claim, size),
            Request::Input { claim, bytes } => self.input(client, claim, bytes),
            Request::Resize { claim, size } => self.resize(claim, size),
            Request::Detach { claim } => {
                if let Some(client) = self.clients.get(client) {
                    client.attached.retain(|other| *other != claim);
                }
                None
            }
            Request::Release => return self.release(client),
        };
        if let Some(answer) = answer {
            self.clients.tell(client, &answer);
        }
    }

    /// What runs now.
    pub(super) fn status(&self) -> Status {
        Status {
            protocol: PROTOCOL,
            pid: std::process::id(),
            boot: self.boot.clone(),
            containment: self.cgroup.containment.clone(),
            running: self.attempts.iter().map(|attempt| attempt.running()).collect(),
        }
    }

    fn index_of(&self, claim: &Claim) -> Option<usize> {
        self.attempts.iter().position(|attempt| attempt.claim == *claim)
    }

    fn cancel(&mut self, claim: Claim) -> Option<Message> {
        match self.index_of(&claim) {
            Some(index) => {
                self.begin_to_end(index, End::Cancelled);
                None
            }
            None => Some(Message::Refused { claim, reason: Refusal::NotRunning }),
        }
    }

    fn burn(&mut self, claim: Claim) -> Message {
        if let Some(index) = self.index_of(&claim) {
            let pid = self.attempts[index].root.shell;
            return Message::Claimed { claim, state: ClaimState::Running { pid } };
        }
        // Ended, but its record waits for room: nothing is known for certain until it is written.
        if self.unrecorded.iter().any(|ended| ended.claim == claim) {
            return Message::Claimed { claim, state: ClaimState::Running { pid: 0 } };
        }
        let state = match self.log.recorded(&claim) {
            Some(Recorded::Ended(ended)) => ClaimState::Ended(ended.clone()),
            Some(Recorded::Burned) => ClaimState::Burned,
            Some(Recorded::Doubted) => ClaimState::InDoubt { still_running: None },
            Some(Recorded::Begun { boot, shell }) => {
                let alive = shell.filter(|(pid, ticks)| *boot == self.boot && is_running(*pid, *ticks));
                ClaimState::InDoubt { still_running: alive.map(|(pid, _)| pid) }
            }
            None => match self.log.append(&Entry::Burned { claim: claim.clone() }) {
                Ok(()) => ClaimState::Burned,
                Err(error) => {
                    let disk_full = crate::disk::is_full(&error);
                    return Message::Refused {
                        claim,
                        reason: Refusal::NotRecorded { cause: error.to_string(), disk_full },
                    };
                }
            },
        };
        Message::Claimed { claim, state }
    }

    fn tail(&self, claim: Claim, stream: Stream, from: u64) -> Message {
        let attempt = self.index_of(&claim).map(|index| &self.attempts[index]);
        let output = attempt.and_then(|attempt| attempt.outputs.iter().find(|output| output.stream == stream));
        match output {
            Some(output) => {
                let (offset, bytes) = output.capture.from(from);
                Message::Tail { claim, stream, offset, bytes: Bytes(bytes), size: output.capture.size() }
            }
            None => Message::Refused { claim, reason: Refusal::NotRunning },
        }
    }

    fn attach(&mut self, id: u64, claim: Claim, size: WindowSize) {
        if let Some(refused) = self.resize(claim.clone(), size) {
            return self.clients.tell(id, &refused);
        }
        if let Some(client) = self.clients.get(id) {
            client.attached.push(claim.clone());
        }
        self.clients.tell(id, &Message::Attached { claim: claim.clone() });
        let Some(index) = self.index_of(&claim) else { return };
        let shown = &self.attempts[index].outputs[0].capture;
        let (offset, bytes) = shown.from(shown.size().saturating_sub(REPLAY));
        if !bytes.is_empty() {
            self.clients.tell(id, &Message::Output { claim, stream: Stream::Terminal, offset, bytes: Bytes(bytes) });
        }
    }

    fn input(&mut self, id: u64, claim: Claim, bytes: Bytes) -> Option<Message> {
        let refuse =
            |claim, cause: &str| Some(Message::Refused { claim, reason: Refusal::Invalid { cause: cause.into() } });
        if !self.clients.get(id).is_some_and(|client| client.attached.contains(&claim)) {
            return refuse(claim, "attach to the step's terminal before typing into it");
        }
        let Some(index) = self.index_of(&claim) else {
            return Some(Message::Refused { claim, reason: Refusal::NotRunning });
        };
        let attempt = &mut self.attempts[index];
        if attempt.input.len() + bytes.0.len() > 1 << 20 {
            return refuse(claim, "the program on the terminal does not read what is typed");
        }
        attempt.input.extend(bytes.0);
        attempt.write_input();
        None
    }

    fn resize(&mut self, claim: Claim, size: WindowSize) -> Option<Message> {
        let Some(index) = self.index_of(&claim) else {
            return Some(Message::Refused { claim, reason: Refusal::NotRunning });
        };
        let Some(terminal) = self.attempts[index].terminal() else {
            return Some(Message::Refused { claim, reason: Refusal::NotInteractive });
        };
        match super::terminal::resize(terminal, size) {
            Ok(()) => None,
            Err(error) => Some(Message::Refused { claim, reason: Refusal::Invalid { cause: error.to_string() } }),
        }
    }

    fn release(&mut self, client: u64) {
        self.releasing.push(client);
        for index in 0..self.attempts.len() {
            self.begin_to_end(index, End::Cancelled);
        }
    }
}
