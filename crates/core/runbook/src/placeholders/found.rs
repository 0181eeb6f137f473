//! The placeholders found so far, each once.

use std::collections::HashSet;

use super::is_secret_name;
use crate::model::{Placeholder, PlaceholderForm};

/// So many are looked through one by one.
const FEW: usize = 16;

/// Placeholders in order of place, each once.
#[derive(Default)]
pub(crate) struct Found {
    list: Vec<Placeholder>,
    /// Names by form; filled only when there are many.
    known: HashSet<(PlaceholderForm, String)>,
}

impl Found {
    /// Adds one, unless its name is empty or known in the same form.
    pub(super) fn push(&mut self, name: &str, text: &str, form: PlaceholderForm, line: u32) {
        let name = name.trim();
        if name.is_empty() || self.holds(name, form) {
            return;
        }
        let secret = is_secret_name(name);
        self.list.push(Placeholder { name: name.to_owned(), text: text.to_owned(), form, line, secret });
    }

    fn holds(&mut self, name: &str, form: PlaceholderForm) -> bool {
        if self.list.len() < FEW {
            return self.list.iter().any(|known| known.name == name && known.form == form);
        }
        let new = &self.list[self.known.len()..];
        self.known.extend(new.iter().map(|one| (one.form, one.name.clone())));
        self.known.contains(&(form, name.to_owned()))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Drops those from `from` on that are not wanted.
    pub(crate) fn keep(&mut self, from: usize, wanted: impl Fn(&Placeholder) -> bool) {
        let mut at = 0;
        self.list.retain(|one| {
            at += 1;
            at <= from || wanted(one)
        });
        self.known.clear();
    }

    /// Adds one as it is.
    pub(crate) fn add(&mut self, one: Placeholder) {
        self.list.push(one);
        self.known.clear();
    }

    /// All of them.
    pub(crate) fn into_list(self) -> Vec<Placeholder> {
        self.list
    }
}
