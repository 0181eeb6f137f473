//! A parsed flow: requests in order, each with what its response must be.

mod asked;

use crate::template::Template;

pub use asked::{CookieAttribute, Filter, Foreign, Index, Operand, Predicate, Query};

pub use crate::version::HttpVersion;

/// A place in the flow's text, 1-based.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Column in characters.
    pub column: u32,
}

/// A whole `.hurl` text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flow {
    /// In order.
    pub entries: Vec<Entry>,
}

// === impl Flow ===

impl Flow {
    /// Names of variables that must come from outside: used before a capture or an option of the flow sets them. Sorted.
    pub fn variables(&self) -> Vec<&str> {
        crate::needs::needs(self)
    }

    /// Whether it uses `{{newUuid}}` or `{{newDate}}`, which have a new value in each entry.
    pub fn calls_functions(&self) -> bool {
        crate::needs::calls_functions(self)
    }

    /// What only the `hurl` program carries out, in order of place. Empty: all of it is carried out here.
    pub fn foreign(&self) -> Vec<&Foreign> {
        crate::foreign::foreign(self)
    }

    /// Whether every request only reads, so that the flow may run again: all are GET or HEAD.
    pub fn only_reads(&self) -> bool {
        self.entries.iter().all(|entry| matches!(entry.request.method.as_str(), "GET" | "HEAD"))
    }

    /// Names of the variables that it captures, in order.
    pub fn captures(&self) -> impl Iterator<Item = &str> {
        let responses = self.entries.iter().filter_map(|entry| entry.response.as_ref());
        let names = responses.flat_map(|response| &response.captures).map(|capture| &capture.name.pieces);
        names.filter_map(|pieces| match pieces.as_slice() {
            [crate::template::Piece::Text(name)] => Some(name.as_str()),
            _ => None,
        })
    }
}

/// One request and what is expected of its response.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The request.
    pub request: Request,
    /// `None`: any response will do.
    pub response: Option<ResponseSpec>,
}

/// A name and a value, both templates.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Left of the colon.
    pub name: Template,
    /// Right of the colon.
    pub value: Template,
}

/// A request to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Where its method stands.
    pub at: Place,
    /// Upper-case method.
    pub method: String,
    /// Where to.
    pub url: Template,
    /// Headers in order.
    pub headers: Vec<Pair>,
    /// `[Query]`.
    pub query: Vec<Pair>,
    /// `[Form]`; `None` when the section is absent.
    pub form: Option<Vec<Pair>>,
    /// `[Multipart]`; `None` when the section is absent.
    pub multipart: Option<Vec<Part>>,
    /// `[Cookies]` sent with this request only.
    pub cookies: Vec<Pair>,
    /// `[BasicAuth]`.
    pub basic_auth: Option<Pair>,
    /// `[Options]` in order.
    pub options: Vec<RequestOption>,
    /// Body.
    pub body: Option<Body>,
}

/// One part of a multipart body.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Field name.
    pub name: Template,
    /// What is sent.
    pub content: PartContent,
}

/// What a multipart field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum PartContent {
    /// Text.
    Text(Template),
    /// A file's bytes under its base name.
    File {
        /// Path, relative to the flow's folder.
        path: Template,
        /// Media type; guessed from the name when absent.
        media_type: Option<Template>,
    },
}

/// A request or expected response body.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// JSON with templates in it, as written.
    Json(Template),
    /// XML, as written.
    Xml(Template),
    /// A multi-line string, with its language tag (`json`, `xml`, `graphql`, `raw` or empty).
    Text {
        /// The tag after the opening fence.
        language: String,
        /// The text.
        text: Template,
    },
    /// A string between single backticks.
    OneLine(Template),
    /// `base64,…;` or `hex,…;`.
    Bytes(Vec<u8>),
    /// `file,…;`.
    File(Template),
}

/// An option of one request. Figures that are templates are filled in before use.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestOption {
    /// Where it stands.
    pub at: Place,
    /// Which.
    pub setting: Setting,
}

/// What an option sets.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// Follow redirects.
    Location(Switch),
    /// Follow redirects and send credentials to other hosts.
    LocationTrusted(Switch),
    /// How many redirects; -1 is no limit.
    MaxRedirs(Template),
    /// Ask for a compressed response and unpack it.
    Compressed(Switch),
    /// Accept any certificate.
    Insecure(Switch),
    /// How often to try again when the response is not as expected; -1 is no limit.
    Retry(Template),
    /// Between tries.
    RetryInterval(Template),
    /// Before the request.
    Delay(Template),
    /// At most this long for the whole exchange.
    MaxTime(Template),
    /// At most this long to connect.
    ConnectTimeout(Template),
    /// How often the entry is run.
    Repeat(Template),
    /// Do not run the entry.
    Skip(Switch),
    /// Sets a variable.
    Variable(String, Operand),
    /// `user:password` for basic authentication.
    User(Template),
    /// Adds a header.
    Header(Pair),
    /// Keeps the body in a file within the flow's folder; `-` is nowhere.
    Output(Template),
    /// Only changes what is printed (`verbose`, `very-verbose`, `verbosity`).
    Display(String),
    /// `http1.0`, `http1.1`, `http2`: wants this protocol.
    Http(String, Switch),
    /// What only the `hurl` program does: `proxy`, `cert`, `aws-sigv4`, ….
    Foreign(Foreign),
}

/// A switch, given or in a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Switch {
    /// `true` or `false`.
    Is(bool),
    /// A variable that holds a truth value.
    Variable(Template),
}

/// What a response must be.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseSpec {
    /// Where it begins.
    pub at: Place,
    /// Version wanted.
    pub version: HttpVersion,
    /// Status wanted; `None` for `*`.
    pub status: Option<u16>,
    /// Headers that must be there with these values.
    pub headers: Vec<(Place, Pair)>,
    /// Values kept for later requests.
    pub captures: Vec<Capture>,
    /// Conditions.
    pub asserts: Vec<Assert>,
    /// The whole body wanted.
    pub body: Option<(Place, Body)>,
}

/// A value kept under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Capture {
    /// Where it stands.
    pub at: Place,
    /// The variable's name.
    pub name: Template,
    /// Where the value comes from.
    pub query: Query,
    /// What is done to it.
    pub filters: Vec<Filter>,
    /// The value is a secret.
    pub redact: bool,
}

/// A condition on a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Assert {
    /// Where it stands.
    pub at: Place,
    /// Its line as written, for the report.
    pub text: String,
    /// Where the value comes from.
    pub query: Query,
    /// What is done to it.
    pub filters: Vec<Filter>,
    /// `not` before the predicate.
    pub negated: bool,
    /// What must hold.
    pub predicate: Predicate,
}
