//! Who is there and where: what each browser says of itself, told on as it is. A browser that goes without a word is taken out.

use std::collections::HashMap;
use std::sync::Arc;

use yrs::ClientID;
use yrs::sync::awareness::{AwarenessUpdate, AwarenessUpdateEntry};

/// A browser says no more of itself than this.
const STATE_BYTES_MOST: usize = 4096;
const BROWSERS_MOST: usize = 1000;

/// The newest word of each browser.
#[derive(Default)]
pub(super) struct Presence(HashMap<ClientID, (u32, Arc<str>)>);

impl Presence {
    /// Takes in what is newer than what is known; gives that alone.
    pub(super) fn hear(&mut self, update: AwarenessUpdate) -> AwarenessUpdate {
        let mut news = HashMap::new();
        for (browser, entry) in update.clients {
            let known = self.0.get(&browser);
            let is_newer = known.is_none_or(|(clock, json)| {
                entry.clock > *clock || entry.clock == *clock && &*entry.json == "null" && &**json != "null"
            });
            let fits = entry.json.len() <= STATE_BYTES_MOST && (known.is_some() || self.0.len() < BROWSERS_MOST);
            if is_newer && fits {
                self.0.insert(browser, (entry.clock, entry.json.clone()));
                news.insert(browser, entry);
            }
        }
        AwarenessUpdate { clients: news }
    }

    /// Everybody who is there.
    pub(super) fn all(&self) -> AwarenessUpdate {
        let here = self.0.iter().filter(|(_, (_, json))| &**json != "null");
        let entries = here.map(|(id, (clock, json))| (*id, AwarenessUpdateEntry { clock: *clock, json: json.clone() }));
        AwarenessUpdate { clients: entries.collect() }
    }

    /// Says for these browsers that they are gone.
    pub(super) fn leave(&mut self, browsers: &[ClientID]) -> AwarenessUpdate {
        let mut gone = HashMap::new();
        for browser in browsers {
            if let Some((clock, json)) = self.0.remove(browser)
                && &*json != "null"
            {
                gone.insert(*browser, AwarenessUpdateEntry { clock: clock + 1, json: Arc::from("null") });
            }
        }
        AwarenessUpdate { clients: gone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(browser: u64, clock: u32, json: &str) -> AwarenessUpdate {
        let entry = AwarenessUpdateEntry { clock, json: Arc::from(json) };
        AwarenessUpdate { clients: HashMap::from([(ClientID::new(browser), entry)]) }
    }

    #[test]
    fn only_news_is_told_on_and_who_leaves_is_gone() {
        let mut presence = Presence::default();
        assert_eq!(presence.hear(word(1, 1, "{}")).clients.len(), 1);
        assert_eq!(presence.hear(word(1, 1, "{}")).clients.len(), 0);
        assert_eq!(presence.hear(word(2, 1, &"x".repeat(5000))).clients.len(), 0);
        assert_eq!(presence.leave(&[ClientID::new(1)]).clients[&ClientID::new(1)].clock, 2);
        assert!(presence.all().clients.is_empty());
    }
}
