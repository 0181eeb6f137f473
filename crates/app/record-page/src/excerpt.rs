//! What of a long output goes into the page: its beginning and, mostly, its end, where failures tell why.

use crate::visible;

/// The parts that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excerpt<'a> {
    /// The beginning, or everything.
    pub head: &'a str,
    /// The end; empty if `head` is everything.
    pub tail: &'a str,
    /// Bytes between them.
    pub left_out: usize,
}

/// Bytes that a text takes in the page.
pub fn cost(text: &str) -> usize {
    text.chars().map(visible::cost).sum()
}

/// The largest part that each text may have, so that all together take no more than `total` bytes and none more than `most`.
/// What short texts do not need goes to the long ones.
pub fn share(costs: &[usize], total: usize, most: usize) -> usize {
    let mut costs = costs.to_vec();
    costs.sort_unstable();
    let mut left = total;
    for (at, cost) in costs.iter().enumerate() {
        let each = left / (costs.len() - at);
        if *cost > each {
            return each.min(most);
        }
        left -= cost;
    }
    most
}

/// At most `limit` bytes of page, cut at line ends where there are any.
pub fn excerpt(text: &str, limit: usize) -> Excerpt<'_> {
    if cost(text) <= limit {
        return Excerpt { head: text, tail: "", left_out: 0 };
    }
    let head = fitting(text.char_indices(), limit / 4).map_or(0, |(at, c)| at + c.len_utf8());
    let head = text[..head].rfind('\n').map_or(head, |end| end + 1);
    let rest = &text[head..];
    let tail = fitting(rest.char_indices().rev(), limit - limit / 4).map_or(rest.len(), |(at, _)| at);
    let tail = rest[tail..].find('\n').map_or(tail, |end| tail + end + 1);
    Excerpt { head: &text[..head], tail: &rest[tail..], left_out: tail }
}

/// The last character that still fits.
fn fitting(chars: impl Iterator<Item = (usize, char)>, limit: usize) -> Option<(usize, char)> {
    let mut left = limit;
    let fits = |(_, c): &(usize, char)| {
        let cost = visible::cost(*c);
        let fits = cost <= left;
        left = left.saturating_sub(cost);
        fits
    };
    chars.take_while(fits).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_worth_more_than_the_beginning() {
        let text: String = (0..100).map(|line| format!("line {line}\n")).collect();
        let Excerpt { head, tail, left_out } = excerpt(&text, 80);
        assert_eq!(head, "line 0\nline 1\n");
        assert_eq!(tail, "line 93\nline 94\nline 95\nline 96\nline 97\nline 98\nline 99\n");
        assert_eq!(head.len() + left_out + tail.len(), text.len());
        assert_eq!(excerpt("short", 80), Excerpt { head: "short", tail: "", left_out: 0 });
    }

    #[test]
    fn one_long_line_is_cut_between_characters() {
        let text = "é<".repeat(100);
        let Excerpt { head, tail, left_out } = excerpt(&text, 60);
        assert!(cost(head) + cost(tail) <= 60 && !head.is_empty() && !tail.is_empty());
        assert_eq!(head.len() + left_out + tail.len(), text.len());
    }

    #[test]
    fn what_is_not_needed_goes_to_others() {
        assert_eq!(share(&[10, 20, 500, 600], 230, 1000), 100);
        assert_eq!(share(&[10, 20], 230, 1000), 1000);
        assert_eq!(share(&[5000], 9000, 1000), 1000);
        assert_eq!(share(&[5000, 5000, 5000], 3000, 4000), 1000);
    }
}
