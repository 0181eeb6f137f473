//! Taking typed keys out of a TOML table, noting every fault with its place; what is left over is unknown.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;

use callsheet_diag::SourceText;
use strsim::levenshtein;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ConfigFault;

/// Where faults are collected.
pub(super) struct Faults<'s> {
    pub source: &'s SourceText,
    pub found: RefCell<Vec<ConfigFault>>,
}

/// One table being read.
pub(super) struct Keys<'t, 's> {
    /// `environments.staging`, or empty at the top.
    path: String,
    entries: BTreeMap<&'t str, (Range<usize>, &'t Spanned<DeValue<'t>>)>,
    known: Vec<&'static str>,
    faults: &'s Faults<'s>,
}

impl Faults<'_> {
    pub(super) fn add(&self, span: Range<usize>, message: String, hint: Option<String>) {
        let at = self.source.position(span.start);
        let file = self.source.file.clone();
        self.found.borrow_mut().push(ConfigFault { file, at, message, hint });
    }
}

impl<'t, 's> Keys<'t, 's> {
    pub(super) fn new(path: &str, table: &'t DeTable<'t>, faults: &'s Faults<'s>) -> Keys<'t, 's> {
        let entries = table.iter().map(|(key, value)| (key.get_ref().as_ref(), (key.span(), value))).collect();
        Keys { path: path.to_owned(), entries, known: Vec::new(), faults }
    }

    fn take(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.entries.remove(key).map(|(_, value)| value)
    }

    fn wrong(&self, value: &Spanned<DeValue>, key: &str, wanted: &str) {
        let found = value.get_ref().type_str();
        let name = join(&self.path, key);
        self.faults.add(value.span(), format!("`{name}` must be {wanted}, not {found}"), None);
    }

    /// A string.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.take(key)?;
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong(value, key, "a string");
        }
        text
    }

    /// A string that is read as a `T`; its error's text becomes the fault's.
    pub(super) fn parsed<T: FromStr>(&mut self, key: &'static str, hint: &str) -> Option<T>
    where
        T::Err: std::fmt::Debug,
    {
        let value = self.take(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(value, key, "a string");
            return None;
        };
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let message = format!("`{}` cannot be `{text}`", join(&self.path, key));
            self.faults.add(value.span(), message, Some(hint.to_owned()));
        }
        parsed
    }

    /// A whole number, 0 or more.
    pub(super) fn count(&mut self, key: &'static str) -> Option<u64> {
        let value = self.take(key)?;
        let integer = value.get_ref().as_integer();
        let count = integer.and_then(|integer| u64::from_str_radix(integer.as_str(), integer.radix()).ok());
        if count.is_none() {
            self.wrong(value, key, "a whole number, 0 or more");
        }
        count
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.take(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(value, key, "`true` or `false`");
        }
        flag
    }

    /// A number, whole or not.
    pub(super) fn number(&mut self, key: &'static str) -> Option<f64> {
        let value = self.take(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong(value, key, "a number");
        }
        number
    }

    /// A share of a whole, 0 to 1: a percentage (`"2.5%"`), or the number itself.
    pub(super) fn share(&mut self, key: &'static str) -> Option<f64> {
        let percent = match self.entries.get(key)?.1.get_ref() {
            DeValue::String(text) => text.strip_suffix('%').map(|number| number.trim().parse::<f64>().ok()),
            _ => return self.number(key),
        };
        let value = self.take(key)?;
        let share = percent.flatten().map(|percent| percent / 100.0);
        if share.is_none() {
            self.wrong(value, key, "a percentage like `\"2.5%\"`");
        }
        share
    }

    /// Whether one of these keys is said.
    pub(super) fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.entries.contains_key(key))
    }

    /// A list of strings.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let items = value.get_ref().as_array().map(|items| items.iter().map(|item| item.get_ref().as_str()));
        let texts = items.and_then(|mut items| {
            items.try_fold(Vec::new(), |mut all, item| {
                all.push(item?.to_owned());
                Some(all)
            })
        });
        if texts.is_none() {
            self.wrong(value, key, "a list of strings");
        }
        texts
    }

    /// A table of names and strings, numbers or flags, as text.
    pub(super) fn named_texts(&mut self, key: &'static str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        let Some(table) = self.table(key) else { return texts };
        for (name, (_, value)) in &table.entries {
            let text = match value.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                DeValue::Integer(number) => Some(number.as_str().to_owned()),
                DeValue::Float(number) => Some(number.as_str().to_owned()),
                DeValue::Boolean(flag) => Some(flag.to_string()),
                _ => None,
            };
            match text {
                Some(text) => drop(texts.insert((*name).to_owned(), text)),
                None => table.wrong(value, name, "a string"),
            }
        }
        texts
    }

    /// A table.
    pub(super) fn table(&mut self, key: &'static str) -> Option<Keys<'t, 's>> {
        let value = self.take(key)?;
        match value.get_ref().as_table() {
            Some(table) => Some(Keys::new(&join(&self.path, key), table, self.faults)),
            None => {
                self.wrong(value, key, "a table");
                None
            }
        }
    }

    /// A list of tables; a string stands for a table of which only that is said.
    pub(super) fn items<T>(
        &mut self,
        key: &'static str,
        short: impl Fn(&str) -> T,
        read: impl Fn(&mut Keys<'t, 's>) -> T,
    ) -> Option<Vec<T>> {
        let value = self.take(key)?;
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(value, key, "a list");
            return None;
        };
        let mut all = Vec::new();
        for item in items {
            match (item.get_ref().as_str(), item.get_ref().as_table()) {
                (Some(text), _) => all.push(short(text)),
                (None, Some(table)) => {
                    let mut keys = Keys::new(&join(&self.path, key), table, self.faults);
                    all.push(read(&mut keys));
                    keys.finish();
                }
                (None, None) => self.wrong(item, key, "a list of strings and tables"),
            }
        }
        Some(all)
    }

    /// A table of tables, each read by `read`.
    pub(super) fn tables<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&mut Keys<'t, 's>) -> Option<T>,
    ) -> BTreeMap<String, T> {
        let mut all = BTreeMap::new();
        let Some(outer) = self.table(key) else { return all };
        for (name, (_, value)) in &outer.entries {
            let Some(table) = value.get_ref().as_table() else {
                outer.wrong(value, name, "a table");
                continue;
            };
            let mut keys = Keys::new(&join(&outer.path, name), table, self.faults);
            let one = read(&mut keys);
            keys.finish();
            all.extend(one.map(|one| ((*name).to_owned(), one)));
        }
        all
    }

    /// A fault at this table's key `key`, or where the table begins.
    pub(super) fn fault(&self, span: Range<usize>, message: String, hint: Option<String>) {
        self.faults.add(span, message, hint);
    }

    /// Where the value of `key` stands.
    pub(super) fn span(&self, key: &str) -> Range<usize> {
        let first = || self.entries.values().map(|(span, _)| span.clone()).min_by_key(|span| span.start);
        self.entries.get(key).map(|(_, value)| value.span()).or_else(first).unwrap_or(0..0)
    }

    /// A place in words: `callsheet.toml:4`.
    pub(super) fn place(&self, span: &Range<usize>) -> String {
        let source = self.faults.source;
        let file = source.file.rsplit('/').next().unwrap_or_default();
        format!("{file}:{}", source.position(span.start).line)
    }

    /// The table's name.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whatever was not taken is unknown.
    pub(super) fn finish(self) {
        for (key, (span, _)) in &self.entries {
            let message = match self.path.is_empty() {
                true => format!("`{key}` means nothing here"),
                false => format!("`{key}` means nothing in `[{}]`", self.path),
            };
            let hint = match nearest(key, &self.known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", self.known.join(", ")),
            };
            self.faults.add(span.clone(), message, Some(hint));
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The known key that differs least, if by no more than a third of its letters.
fn nearest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let near = known.iter().map(|&one| (levenshtein(key, one), one)).min()?;
    (near.0 * 3 <= near.1.len().max(key.len())).then_some(near.1)
}
