//! Whether two parts of a reading that need nothing of each other are done one after the other or at once: the caller's to say,
//! as it has the threads. What comes out is the same.

/// Does two pieces of work.
pub trait Pace {
    /// Both of them; in which order, or at once, is not told.
    fn both<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B);
}

/// On the caller's thread, in turn.
#[derive(Debug, Clone, Copy, Default)]
pub struct InTurn;

impl Pace for InTurn {
    fn both<A: Send, B: Send>(&self, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
        (one(), other())
    }
}
