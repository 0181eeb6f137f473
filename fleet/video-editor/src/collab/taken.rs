//! Edits on their way from a room to PostgreSQL: if they do not arrive, for whatever reason, they are the room's again.

use super::room::Room;

/// What was taken from a room to be kept; back in the room when dropped, unless [`Taken::arrived`].
pub(super) struct Taken<'room> {
    room: &'room Room,
    update: Vec<u8>,
    has_arrived: bool,
}

impl<'room> Taken<'room> {
    /// Everything that is not saved yet, as one update.
    pub(super) fn from(room: &'room Room) -> Option<Taken<'room>> {
        room.take_unsaved().map(|update| Taken { room, update, has_arrived: false })
    }

    pub(super) fn update(&self) -> &[u8] {
        &self.update
    }

    /// It is kept, or there is nothing left to keep it for.
    pub(super) fn arrived(mut self) {
        self.has_arrived = true;
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if !self.has_arrived {
            self.room.put_back(std::mem::take(&mut self.update));
        }
    }
}
