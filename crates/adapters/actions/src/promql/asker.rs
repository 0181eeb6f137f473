//! Asks a store of metrics again and again, for whoever has a thread for it.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::operand::compared;
use super::{PromqlError, Source, describe};

/// One store.
pub struct Asker {
    runtime: Runtime,
    source: Source,
}

/// What a condition is now.
#[derive(Clone, Debug, PartialEq)]
pub enum Holding {
    /// It holds, with what was there.
    Holds(String),
    /// It does not, with what was there.
    Fails(String),
    /// The store has nothing to judge by, in words.
    NoData(String),
}

impl Asker {
    /// Of the store at `base`; each answer may take `patience`.
    pub fn new(base: &str, patience: Duration) -> Result<Asker, PromqlError> {
        let no_answer =
            |error: std::io::Error| PromqlError::NoAnswer { place: base.to_owned(), cause: error.to_string() };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(no_answer)?;
        Ok(Asker { runtime, source: Source::new(base, patience)? })
    }

    /// One look. A comparison whose left side has no series at all is not failing: nothing is known.
    pub fn look(&self, expression: &str) -> Result<Holding, PromqlError> {
        self.runtime.block_on(async {
            let look = self.source.look(expression).await?;
            if look.holds {
                return Ok(Holding::Holds(describe(&look.samples)));
            }
            if !look.samples.is_empty() {
                return Ok(Holding::Fails(describe(&look.samples)));
            }
            let Some(left) = compared(expression) else { return Ok(Holding::Fails(describe(&[]))) };
            let value = self.source.look(left).await?;
            Ok(if value.samples.is_empty() {
                Holding::NoData(format!("there is no series `{left}`"))
            } else {
                Holding::Fails(describe(&value.samples))
            })
        })
    }
}
