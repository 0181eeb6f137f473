//! Judges posts: each by itself and all beside each other. A score of 100 has no flag; every flag says in a sentence what to
//! look at.

mod endings;
mod hooks;
mod keywords;
mod length;
mod likeness;
mod placeholders;
mod readability;

use crate::studio::{Flag, FlagKind, Post, Severity};

/// What was found wrong with one post.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    pub flags: Vec<Flag>,
    /// 0 to 100.
    pub score: u32,
}

/// One check per post, in the same order. Posts that are not written have no flag and no score.
pub fn judge(posts: &[Post], keywords: &[String], call: &str) -> Vec<Check> {
    let written: Vec<&Post> = posts.iter().filter(|post| is_written(post)).collect();
    let mut flags: Vec<Vec<Flag>> = written.iter().map(|post| own_flags(post, keywords, call)).collect();
    for find in [likeness::find, hooks::find_repeated, endings::find_repeated] {
        for (index, flag) in find(&written) {
            flags[index].push(flag);
        }
    }
    let mut flags = flags.into_iter();
    posts
        .iter()
        .map(|post| if is_written(post) { scored(flags.next().unwrap_or_default()) } else { Check::default() })
        .collect()
}

/// Whether a post says the same as another one.
pub fn is_copy(post: &Post) -> bool {
    is_written(post) && post.flags.iter().any(|flag| flag.kind == FlagKind::Duplicate)
}

fn is_written(post: &Post) -> bool {
    !matches!(post.status.as_str(), "pending" | "failed")
}

fn own_flags(post: &Post, keywords: &[String], call: &str) -> Vec<Flag> {
    [
        length::check(post),
        hooks::check(post),
        endings::check(post, call),
        readability::check(post),
        keywords::check(post, keywords),
        placeholders::check(post),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn scored(flags: Vec<Flag>) -> Check {
    let cost: u32 = flags.iter().map(|flag| flag.severity.cost()).sum();
    Check { flags, score: 100u32.saturating_sub(cost) }
}

fn flag(kind: FlagKind, severity: Severity, detail: impl Into<String>) -> Flag {
    Flag { kind, severity, detail: detail.into() }
}

/// Words in small letters, without punctuation.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The first line that is not a newsletter's subject or greeting.
fn first_line(text: &str) -> &str {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.strip_prefix("Subject:").map_or(line, str::trim)
}

/// The last line that is no list of tags and no postscript.
fn last_line(text: &str) -> &str {
    let is_aside = |line: &&str| line.starts_with('#') || line.starts_with("PS:");
    text.lines().rev().map(str::trim).find(|line| !line.is_empty() && !is_aside(line)).unwrap_or_default()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::studio::{PostId, ProjectId, RunId};
    use crate::writing::{Builtin, Order, Provider};

    pub fn post(order: &Order, body: &str) -> Post {
        Post {
            id: PostId::fresh(),
            project_id: ProjectId::fresh(),
            run_id: RunId::fresh(),
            number: order.number,
            platform: order.platform,
            template: order.template.id.to_owned(),
            status: "written".to_owned(),
            body: body.to_owned(),
            flags: Vec::new(),
            score: 0,
            attempt: 1,
            provider: "template".to_owned(),
            tokens: 0,
            note: String::new(),
            version: 1,
            written_at: None,
        }
    }

    async fn written() -> (Vec<Post>, crate::studio::BriefContent) {
        let orders = crate::writing::builtin_tests::orders();
        let mut posts = Vec::new();
        for order in &orders {
            posts.push(post(order, &Builtin.write(order).await.unwrap().text));
        }
        (posts, orders[0].brief.clone())
    }

    #[tokio::test]
    async fn what_the_built_in_writer_writes_is_sound() {
        let (posts, brief) = written().await;
        let checks = judge(&posts, &brief.keywords, &brief.call_to_action);
        for (post, check) in posts.iter().zip(&checks) {
            let serious: Vec<&Flag> = check.flags.iter().filter(|flag| flag.severity == Severity::Error).collect();
            assert!(serious.is_empty(), "{:?} in post {}: {}", serious, post.number, post.body);
        }
        let mean: u32 = checks.iter().map(|check| check.score).sum::<u32>() / 30;
        assert!(mean >= 90, "the mean is {mean}: {checks:#?}");
    }

    #[tokio::test]
    async fn planted_flaws_are_found_and_only_those() {
        let (clean, brief) = written().await;
        let long = "word ".repeat(900);
        let flaws: [(FlagKind, String); 8] = [
            (FlagKind::Duplicate, clean[20].body.clone()),
            (FlagKind::TooShort, "Book a free call.".to_owned()),
            (FlagKind::TooLong, format!("Bookkeeping. {long}\n\nBook a free call.")),
            (FlagKind::WeakHook, format!("In today's fast-paced world, everything changes.\n\n{}", clean[0].body)),
            (FlagKind::MissingCallToAction, "Rain fell on the yard all morning. The saw was quiet. Bookkeeping can wait, said the old joiner, and made some tea.\n\n".repeat(4)),
            (FlagKind::Placeholder, format!("Hello [Name], {}", clean[0].body)),
            (FlagKind::KeywordStuffing, format!("{}\n\n{}\n\nBook a free call.", "Bookkeeping makes bookkeeping what bookkeeping is. ".repeat(6), "Bookkeeping helps.")),
            (FlagKind::HardToRead, "Organisational interdependencies necessitate comprehensive, methodologically substantiated bookkeeping consolidation initiatives, notwithstanding considerable administrative heterogeneity, regulatory unpredictability and interdepartmental communication deficiencies throughout internationally distributed subsidiaries. ".repeat(2) + "\n\nBook a free call."),
        ];
        let before = judge(&clean, &brief.keywords, &brief.call_to_action);
        for (kind, body) in flaws {
            let mut posts = clean.clone();
            posts[0].body = body;
            // Of two that are alike the later one is flagged, unless it was approved.
            posts[20].status = "approved".to_owned();
            let checks = judge(&posts, &brief.keywords, &brief.call_to_action);
            assert!(checks[0].flags.iter().any(|flag| flag.kind == kind), "{kind:?} is not found: {:?}", checks[0]);
            assert!(checks[0].score < before[0].score, "{kind:?}");
            let others = |checks: &[Check]| {
                checks[1..].iter().flat_map(|check| &check.flags).filter(|flag| flag.kind == kind).count()
            };
            assert_eq!(others(&checks), others(&before), "{kind:?} was also found elsewhere");
        }
    }

    #[tokio::test]
    async fn posts_that_are_not_written_are_not_judged() {
        let (mut posts, brief) = written().await;
        posts[3].status = "failed".to_owned();
        let checks = judge(&posts, &brief.keywords, &brief.call_to_action);
        assert_eq!((checks.len(), &checks[3]), (30, &Check::default()));
    }
}
