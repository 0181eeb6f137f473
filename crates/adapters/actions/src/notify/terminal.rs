//! The terminal: the message stands in the run's record and is shown by whoever watches the run. Nothing is posted.

use super::Message;

pub(super) fn body(_message: &Message) -> Option<(&'static str, String)> {
    None
}
