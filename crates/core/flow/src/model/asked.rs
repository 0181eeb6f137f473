//! What is asked of a response: a part of it, what is done to that, and what must hold.

use super::Place;
use crate::template::Template;
use crate::value::Value;

/// A part of the response.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// Status as integer.
    Status,
    /// Version as `1.1`.
    Version,
    /// Final address.
    Url,
    /// The redirects followed, each `{location}`.
    Redirects,
    /// The server's address.
    Ip,
    /// A header's value, or a list when it stands more than once.
    Header(Template),
    /// A cookie's value or attribute (`session[Expires]`).
    Cookie(Template, CookieAttribute),
    /// Body as text.
    Body,
    /// Body as bytes, unpacked.
    Bytes,
    /// Body as bytes as they came.
    RawBytes,
    /// A JSON value.
    JsonPath(Template),
    /// First group of a match in the body.
    Regex(Template),
    /// A variable.
    Variable(Template),
    /// Whole exchange, ms.
    Duration,
    /// SHA-256 of the body.
    Sha256,
    /// MD5 of the body.
    Md5,
    /// What only the `hurl` program answers: `xpath`, `certificate`.
    Foreign(Foreign),
}

/// A part of the format that is read here, and carried out by the `hurl` program alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    /// Where it stands.
    pub at: Place,
    /// Its name in the format.
    pub name: String,
    /// What it is given.
    pub argument: Template,
}

/// A part of a cookie that a response sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum CookieAttribute {
    Value,
    Expires,
    MaxAge,
    Domain,
    Path,
    Secure,
    HttpOnly,
    SameSite,
}

/// Which element of a list: a number from 0, negative from the end, given or in a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Index {
    /// As written.
    Number(i64),
    /// A variable that holds a whole number.
    Variable(Template),
}

/// A change made to a value.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Filter {
    Base64Decode,
    Base64Encode,
    Base64UrlSafeDecode,
    Base64UrlSafeEncode,
    Charset(Template),
    Count,
    DateFormat(Template),
    DaysAfterNow,
    DaysBeforeNow,
    First,
    HtmlEscape,
    HtmlUnescape,
    JsonPath(Template),
    Last,
    Location,
    Nth(Index),
    Regex(Template),
    Replace(Template, Template),
    ReplaceRegex(Template, Template),
    Split(Template),
    ToDate(Template),
    ToFloat,
    ToHex,
    ToInt,
    ToString,
    UrlDecode,
    UrlEncode,
    UrlQueryParam(Template),
    Utf8Decode,
    Utf8Encode,
    Foreign(Foreign),
}

/// What a predicate compares with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A string with templates.
    Text(Template),
    /// A number, boolean, null, list of bytes.
    Value(Value),
    /// The contents of a file.
    File(Template),
}

/// What must hold of a value.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Predicate {
    Equal(Operand),
    NotEqual(Operand),
    Greater(Operand),
    GreaterOrEqual(Operand),
    Less(Operand),
    LessOrEqual(Operand),
    StartsWith(Operand),
    EndsWith(Operand),
    Contains(Operand),
    Includes(Operand),
    Matches(Template),
    Exists,
    IsBoolean,
    IsCollection,
    IsDate,
    IsEmpty,
    IsFloat,
    IsInteger,
    IsIpv4,
    IsIpv6,
    IsIsoDate,
    IsList,
    IsNumber,
    IsObject,
    IsString,
    IsUuid,
}
