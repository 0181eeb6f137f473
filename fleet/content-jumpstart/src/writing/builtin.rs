//! The writer that needs nobody: posts from the templates and the brief, different for every place among the thirty and at
//! every attempt. The same order always gives the same post.

use super::templates::TEMPLATES;
use super::{Draft, Order, Provider, Writing};
use crate::studio::Platform;

/// Writes at once, without tokens.
pub struct Builtin;

impl Provider for Builtin {
    fn name(&self) -> &'static str {
        "template"
    }

    fn write<'a>(&'a self, order: &'a Order) -> Writing<'a> {
        Box::pin(async move { Ok(Draft { text: compose(order), tokens: 0 }) })
    }
}

/// Last lines; `{call}` is the brief's call to action.
const CLOSINGS: [&str; 12] = [
    "{call}",
    "Sounds familiar? {call}",
    "Your next step: {call}",
    "If that is you: {call}",
    "Curious? {call}",
    "We are glad to help. {call}",
    "Small start, no risk: {call}",
    "Do it today: {call}",
    "Want the same? {call}",
    "Let us look at it together. {call}",
    "It takes a minute: {call}",
    "Over to you. {call}",
];

/// Paragraphs for platforms that have room.
const ASIDES: [&str; 10] = [
    "For {audience} this is no theory. It decides whether a week ends with {benefit} or with {pain}.",
    "What we keep hearing from {audience}: it is not the big decisions that wear people out. It is {pain}, again and again.",
    "A fact, because facts help more than slogans: {proof}.",
    "Nobody needs to be perfect here. One step in the right direction, repeated, is how one gets used to {benefit}.",
    "At {client} we judge our work by one thing: whether {audience} notice {benefit} without being told.",
    "Think of the last time it went well. Somebody had prepared it. That preparation is most of what {offer} is about.",
    "There will be weeks with {pain} again. That is fine, as long as you know what to do next.",
    "We learned it from people who do this every day, and one of them put it like this: {proof}.",
    "Compare the effort with the price of waiting. Waiting has a name, too: {pain}.",
    "You will see it first in the small things: a shorter list, a quieter inbox, and in time {benefit}.",
];

fn compose(order: &Order) -> String {
    let index = order.number.saturating_sub(1) as usize;
    let template = order.template;
    // The second use of a template takes its next words, and so does every new attempt.
    let turn = index / TEMPLATES.len() + order.attempt as usize + index;
    let words = Words::of(order, turn);
    // Two uses of a template never meet in a first line, however often either is written anew.
    let hook = words.fill(template.hooks[(index / TEMPLATES.len() + 2 * order.attempt as usize) % 4]);
    let middle = words.fill(template.middles[turn % 3]);
    let closing = closing(order, index);
    let aside = |distance: usize| words.fill(ASIDES[(index * 3 + order.attempt as usize + distance) % ASIDES.len()]);
    let tags = tags(order);
    match order.platform {
        Platform::X => fit_to_x(&hook, &middle, &closing),
        Platform::Facebook => [hook, middle, aside(0), closing].join("\n\n"),
        Platform::Linkedin => [hook, middle, aside(0), aside(4), closing, tags].join("\n\n").trim_end().to_owned(),
        Platform::Instagram => [hook, middle, aside(1), closing, tags].join("\n\n").trim_end().to_owned(),
        Platform::Newsletter => {
            let subject = format!("Subject: {}", hook.trim_end_matches(['.', ':']));
            let greeting = "Hello,".to_owned();
            let keyword = keyword(order, index).map(|word| format!("PS: more about {word} next time."));
            let parts =
                [Some(subject), Some(greeting), Some(middle), Some(aside(2)), Some(aside(5)), Some(closing), keyword];
            parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
        }
    }
}

/// Everything, if 280 characters have room for it; else less, and at last a shortened first line.
fn fit_to_x(hook: &str, middle: &str, closing: &str) -> String {
    let most = *Platform::X.length().end();
    let first_sentence = middle.split_inclusive(['.', '?', '!']).next().unwrap_or(middle).trim();
    for parts in [&[hook, middle, closing][..], &[hook, first_sentence, closing], &[hook, closing], &[hook]] {
        let text = parts.join("\n\n");
        if text.chars().count() <= most {
            return text;
        }
    }
    let mut text = String::new();
    for word in hook.split_inclusive(' ') {
        if text.chars().count() + word.chars().count() > most - 1 {
            break;
        }
        text.push_str(word);
    }
    format!("{}…", text.trim_end())
}

fn closing(order: &Order, index: usize) -> String {
    let call = order.brief.call_to_action.trim();
    let call = if call.is_empty() { "Write to us" } else { call };
    let call = if call.ends_with(['.', '!', '?']) { call.to_owned() } else { format!("{call}.") };
    CLOSINGS[(index + order.attempt as usize * 5) % CLOSINGS.len()].replace("{call}", &call)
}

fn keyword(order: &Order, index: usize) -> Option<&str> {
    let keywords = &order.brief.keywords;
    (!keywords.is_empty()).then(|| keywords[index % keywords.len()].as_str())
}

/// Keywords as tags: `#CashFlow`.
fn tags(order: &Order) -> String {
    let tag = |keyword: &String| {
        let words = keyword.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let joined: String = words.map(capitalized).collect();
        (!joined.is_empty()).then(|| format!("#{joined}"))
    };
    order.brief.keywords.iter().take(4).filter_map(tag).collect::<Vec<_>>().join(" ")
}

/// What the brief says, for one post.
struct Words {
    pairs: [(&'static str, String); 7],
}

impl Words {
    fn of(order: &Order, turn: usize) -> Words {
        let brief = &order.brief;
        let client = &order.client;
        let pick = |list: &[String], other: &str| {
            let given = if list.is_empty() { other } else { list[turn % list.len()].as_str() };
            plain(given)
        };
        let audience = [&brief.audience, &client.audience].into_iter().find(|text| !text.trim().is_empty());
        Words {
            pairs: [
                ("{audience}", audience.map_or_else(|| "people like you".to_owned(), |text| plain(text))),
                ("{pain}", pick(&brief.pains, "work that never ends")),
                ("{benefit}", pick(&brief.benefits, "a calmer week")),
                ("{proof}", pick(&brief.proof, "people who started small are still at it a year later")),
                ("{offer}", offer(&brief.offer, &client.name)),
                ("{client}", client.name.trim().to_owned()),
                ("{keyword}", pick(&brief.keywords, "the subject")),
            ],
        }
    }

    fn fill(&self, pattern: &str) -> String {
        let filled = self.pairs.iter().fold(pattern.to_owned(), |text, (slot, words)| text.replace(slot, words));
        capitalized(&filled)
    }
}

/// The offer inside a sentence; the client's own name keeps its capital.
fn offer(offer: &str, client: &str) -> String {
    let first = |text: &str| text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    let offer = offer.trim();
    match offer {
        "" => "what we do".to_owned(),
        _ if first(offer) == first(client) => offer.trim_end_matches(['.', ',', ';', ':']).to_owned(),
        _ => plain(offer),
    }
}

/// As it can stand inside a sentence: no full stop, and small at its beginning unless it is a name like `PDF`.
fn plain(text: &str) -> String {
    let text = text.trim().trim_end_matches(['.', ',', ';', ':']);
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && (second.is_lowercase() || second == ' ') => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::studio::{BriefContent, Client, ClientId, UserId};
    use crate::writing::template;

    fn list(entries: &[&str]) -> Vec<String> {
        entries.iter().map(|entry| (*entry).to_owned()).collect()
    }

    pub fn brief() -> BriefContent {
        BriefContent {
            offer: "Ledgerly, bookkeeping by subscription".to_owned(),
            audience: "owners of small craft businesses".to_owned(),
            pains: list(&["Invoices that are paid late", "evenings lost to receipts", "letters from the tax office"]),
            benefits: list(&[
                "Getting paid within a week.",
                "free evenings",
                "books that are right every month",
                "knowing what is left",
            ]),
            proof: list(&["a joiner in our town saved six hours a week", "nine in ten of our clients file on time"]),
            keywords: list(&["bookkeeping", "cash flow", "craft business"]),
            call_to_action: "Book a free call".to_owned(),
        }
    }

    pub fn orders() -> Vec<Order> {
        let at = "2026-01-01T00:00:00.000Z".to_owned();
        let client = Client {
            id: ClientId::fresh(),
            owner_id: UserId::fresh(),
            name: "Ledgerly".to_owned(),
            industry: "bookkeeping".to_owned(),
            audience: String::new(),
            tone: "plain".to_owned(),
            website: String::new(),
            voice_samples: Vec::new(),
            version: 1,
            created_at: at.clone(),
            updated_at: at,
        };
        let templates: Vec<String> = TEMPLATES.iter().map(|template| template.id.to_owned()).collect();
        let slots = crate::generation::deal(&Platform::ALL, &templates);
        slots
            .iter()
            .zip(1..)
            .map(|((platform, name), number)| Order {
                client: client.clone(),
                brief: brief(),
                platform: platform.parse().unwrap(),
                template: template(name).unwrap(),
                number,
                attempt: 0,
                note: String::new(),
            })
            .collect()
    }

    #[test]
    fn thirty_posts_fit_their_platforms_and_leave_no_slot() {
        let orders = orders();
        assert_eq!(orders.len(), 30);
        for order in &orders {
            let text = compose(order);
            let length = text.chars().count();
            assert!(order.platform.length().contains(&length), "{:?} has {length}: {text}", order.platform);
            assert!(!text.contains(['{', '}']), "{text}");
            assert_eq!(text, compose(order), "not the same again");
            let again = Order { attempt: 1, ..order.clone() };
            assert_ne!(text, compose(&again));
        }
    }

    #[test]
    fn a_brief_of_one_word_still_gives_posts() {
        for order in orders() {
            let bare = Order { brief: BriefContent { offer: "Hats".to_owned(), ..BriefContent::default() }, ..order };
            let text = compose(&bare);
            assert!(text.chars().count() >= 60 && !text.contains('{'), "{text}");
        }
    }

    #[test]
    fn long_words_do_not_break_the_shortest_platform() {
        let mut order = orders().into_iter().find(|order| order.platform == Platform::X).unwrap();
        order.brief.pains = list(&[&"a very long complaint ".repeat(40)]);
        order.brief.call_to_action = "Come ".repeat(60);
        for number in 1..=30 {
            let text = compose(&Order { number, ..order.clone() });
            assert!(text.chars().count() <= 280, "{text}");
        }
    }
}
