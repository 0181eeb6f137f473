//! A conductor's thread: steps through a [`Tending`] in the machine's own time.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use callsheet_base::Timestamp;
use callsheet_engine::RunRollout;

use super::tending::{Charge, Tending, Word};
use crate::wake::Wake;

/// The loop's end.
pub(crate) struct Conducting {
    words: Sender<Word>,
    thread: Option<JoinHandle<()>>,
}

impl Conducting {
    pub(crate) fn start(charge: Charge, wakes: Sender<Wake>) -> std::io::Result<Conducting> {
        let (words, mailbox) = channel();
        let tending = Tending::of(charge);
        let thread =
            thread::Builder::new().name("conductor".to_owned()).spawn(move || tend(tending, &mailbox, &wakes))?;
        Ok(Conducting { words, thread: Some(thread) })
    }

    /// The rollout stands so now. `false`: the thread has ended.
    pub(crate) fn stands(&self, rollout: RunRollout) -> bool {
        self.words.send(Word::Stands(Box::new(rollout))).is_ok()
    }

    /// Lets the service go, soon.
    pub(crate) fn tell_to_stop(&self) {
        // One that has ended is as wanted.
        let _ = self.words.send(Word::Stop);
    }

    /// Whether it has let the service go.
    pub(crate) fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Lets the service go; waits until it is let go, a few seconds at most.
    pub(crate) fn stop(mut self) {
        self.tell_to_stop();
        let Some(thread) = self.thread.take() else { return };
        let until = Instant::now() + Duration::from_secs(4);
        while !thread.is_finished() && Instant::now() < until {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

fn tend(mut tending: Tending, mailbox: &Receiver<Word>, wakes: &Sender<Wake>) {
    let mut word = None;
    loop {
        let tended = tending.step(word.take(), Timestamp::now());
        for wake in tended.wakes {
            // If the loop is gone, nobody waits.
            let _ = wakes.send(wake);
        }
        if tending.is_over() {
            return;
        }
        word = match tended.wait.map(|wait| mailbox.recv_timeout(wait)) {
            Some(Ok(word)) => Some(word),
            Some(Err(RecvTimeoutError::Timeout)) => None,
            Some(Err(RecvTimeoutError::Disconnected)) => Some(Word::Stop),
            None => Some(mailbox.recv().unwrap_or(Word::Stop)),
        };
    }
}
