//! Output as a terminal would colour it. Colours stay; every other escape sequence is shown, none acts.

use std::fmt::Write;

use crate::visible;

/// How the text looks from here on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Look {
    bold: bool,
    faint: bool,
    /// 1 to 7: red, green, yellow, blue, magenta, cyan, white.
    colour: u8,
}

/// HTML of what a step printed. Of a line that was written over by carriage returns, the last writing is shown, and how many were before.
pub fn html(text: &str) -> String {
    let mut shown = Shown::default();
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            shown.html.push('\n');
        }
        shown.line(line.trim_end_matches('\r'));
    }
    shown.turn(Look::default());
    shown.html
}

#[derive(Default)]
struct Shown {
    html: String,
    look: Look,
}

impl Shown {
    fn line(&mut self, line: &str) {
        let writings: Vec<&str> = line.split('\r').filter(|writing| !writing.is_empty()).collect();
        if writings.len() > 1 {
            let before = writings.len() - 1;
            // Writing to a string cannot fail.
            let _ = write!(self.html, "<b class=c title=\"written over {before} times\">\\r×{before} </b>");
        }
        self.text(writings.last().copied().unwrap_or_default());
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find('\u{1b}') {
            rest[..at].chars().for_each(|c| visible::push(&mut self.html, c));
            rest = &rest[at..];
            let (sequence, after) = control_sequence(rest);
            match sequence {
                Some((codes, 'm')) => self.turn(turned(self.look, codes)),
                // Erasing to the end of a line that was just written changes nothing that is read.
                Some(("" | "0", 'K')) => {}
                _ => rest[..rest.len() - after.len()].chars().for_each(|c| visible::push(&mut self.html, c)),
            }
            rest = after;
        }
        rest.chars().for_each(|c| visible::push(&mut self.html, c));
    }

    fn turn(&mut self, look: Look) {
        if look == self.look {
            return;
        }
        if self.look != Look::default() {
            self.html.push_str("</span>");
        }
        self.look = look;
        if look == Look::default() {
            return;
        }
        let mut classes = Vec::new();
        if look.colour > 0 {
            classes.push(format!("t{}", look.colour));
        }
        classes.extend(look.bold.then(|| "tb".to_owned()));
        classes.extend(look.faint.then(|| "tf".to_owned()));
        // Writing to a string cannot fail.
        let _ = write!(self.html, "<span class=\"{}\">", classes.join(" "));
    }
}

/// `ESC [ codes letter` at the beginning of `text`, and what follows; of anything else only the `ESC`.
fn control_sequence(text: &str) -> (Option<(&str, char)>, &str) {
    let escape_only = (None, &text[1..]);
    let Some(body) = text.strip_prefix("\u{1b}[") else { return escape_only };
    let Some(end) = body.find(|c: char| !c.is_ascii_digit() && c != ';') else { return escape_only };
    match body[end..].chars().next() {
        Some(letter @ ('m' | 'K')) => (Some((&body[..end], letter)), &body[end + 1..]),
        _ => escape_only,
    }
}

fn turned(mut look: Look, codes: &str) -> Look {
    let mut codes = codes.split(';').map(|code| code.parse::<u16>().unwrap_or(0));
    while let Some(code) = codes.next() {
        match code {
            0 => look = Look::default(),
            1 => look.bold = true,
            2 => look.faint = true,
            22 => (look.bold, look.faint) = (false, false),
            30..=37 => look.colour = (code - 30) as u8,
            90..=97 => look.colour = (code - 90) as u8,
            39 => look.colour = 0,
            // A colour out of 256, or by its parts: more than a record needs.
            38 | 48 => match codes.next() {
                Some(5) => drop(codes.next()),
                Some(2) => drop(codes.nth(2)),
                _ => {}
            },
            _ => {}
        }
    }
    look
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_stay_and_are_closed() {
        assert_eq!(html("\u{1b}[1;31mbad\u{1b}[0m ok\u{1b}[K"), "<span class=\"t1 tb\">bad</span> ok");
        assert_eq!(html("\u{1b}[32mgreen\nstill"), "<span class=\"t2\">green\nstill</span>");
        assert_eq!(html("\u{1b}[38;5;196mx\u{1b}[48;2;1;2;3my"), "xy");
    }

    #[test]
    fn nothing_else_acts() {
        assert_eq!(html("a\u{1b}[2Jb"), "a<b class=c>\\x1b</b>[2Jb");
        assert_eq!(html("\u{1b}]0;title\u{7}x"), "<b class=c>\\x1b</b>]0;title<b class=c>\\x07</b>x");
        assert_eq!(html("\u{1b}[31<img src=x>"), "<b class=c>\\x1b</b>[31&lt;img src=x&gt;");
        assert_eq!(html("x\u{1b}"), "x<b class=c>\\x1b</b>");
    }

    #[test]
    fn what_was_written_over_is_counted() {
        assert_eq!(html("10%\r50%\r100%\r\nend"), "<b class=c title=\"written over 2 times\">\\r×2 </b>100%\nend");
    }
}
