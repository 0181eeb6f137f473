//! Kinds of requests, and how many of each.

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Reads on connections that are kept.
    KeepAlive,
    /// Reads, each on a connection of its own.
    Close,
    /// Reads over HTTP/2, several at once on each connection.
    Http2,
    /// Things created: none of them may be asked twice.
    Write,
    /// Files sent slowly, in pieces.
    Upload,
    /// Words there and back through a WebSocket.
    Socket,
    /// Events of a stream, none left out.
    Events,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 7] =
        [Kind::KeepAlive, Kind::Close, Kind::Http2, Kind::Write, Kind::Upload, Kind::Socket, Kind::Events];

    /// Its name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Kind::KeepAlive => "keep-alive",
            Kind::Close => "close",
            Kind::Http2 => "HTTP/2",
            Kind::Write => "write",
            Kind::Upload => "upload",
            Kind::Socket => "WebSocket",
            Kind::Events => "event stream",
        }
    }

    /// Its part of all requests, in hundredths, and by how many clients. Of sockets and streams each word and each event counts.
    pub(super) fn share(self) -> (u32, u32) {
        match self {
            Kind::KeepAlive => (55, 32),
            Kind::Http2 => (25, 8),
            Kind::Close => (6, 8),
            Kind::Write => (2, 4),
            Kind::Upload => (1, 4),
            Kind::Socket => (8, 16),
            Kind::Events => (3, 8),
        }
    }

    /// Whether the service under the sockets' path answers it, not system A.
    pub fn is_live(self) -> bool {
        matches!(self, Kind::Socket | Kind::Events)
    }
}
