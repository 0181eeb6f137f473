//! Edits of a text by place.

use callsheet_diag::Span;

/// Puts `text` where `at` was; an empty `at` is an insertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) at: Span,
    pub(crate) text: String,
}

impl Edit {
    /// Nothing is taken away.
    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Edit {
        Edit { at: Span::new(at, at), text: text.into() }
    }

    /// Something else stands in its place.
    pub(crate) fn replace(at: Span, text: impl Into<String>) -> Edit {
        Edit { at, text: text.into() }
    }
}

/// The text with all edits made. Edits may not overlap; those at the same place keep their order.
pub(crate) fn apply(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.at.start);
    let mut made = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut from = 0;
    for edit in edits {
        made.push_str(&text[from..edit.at.start]);
        made.push_str(&edit.text);
        from = edit.at.end;
    }
    made.push_str(&text[from..]);
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_made_in_order_of_place() {
        let (late, early) = (Edit::replace(Span::new(4, 5), "E"), Edit::insert(0, ">"));
        assert_eq!(apply("abcdef", vec![&late, &early]), ">abcdEf");
    }
}
