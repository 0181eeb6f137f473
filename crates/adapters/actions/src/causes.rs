//! The cause below an error, for people.

/// The innermost cause's text: `Connection refused (os error 111)` rather than three layers above it.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(cause) = inner.source() {
        inner = cause;
    }
    inner.to_string()
}
