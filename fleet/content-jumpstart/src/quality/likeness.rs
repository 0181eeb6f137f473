//! Whether two posts say the same: the share of their runs of three words that both have (Jaccard).

use std::collections::HashSet;

use super::{flag, words};
use crate::studio::{Flag, FlagKind, Post, Severity};

/// From here on readers say that they have read it before.
const LIKENESS_MOST: f64 = 0.5;

/// Posts that are too like another one; of two, the one with the higher number, unless that is approved.
pub(super) fn find(posts: &[&Post]) -> Vec<(usize, Flag)> {
    let runs: Vec<HashSet<u64>> = posts.iter().map(|post| runs(&post.body)).collect();
    let mut found = Vec::new();
    for later in 1..posts.len() {
        let likeness = |earlier: usize| jaccard(&runs[earlier], &runs[later]);
        let nearest = (0..later).map(|earlier| (earlier, likeness(earlier))).max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((earlier, share)) = nearest.filter(|(_, share)| *share > LIKENESS_MOST) else { continue };
        let (flagged, other) = if posts[later].status == "approved" { (earlier, later) } else { (later, earlier) };
        let detail = format!("{:.0} % like post {}", share * 100.0, posts[other].number);
        found.push((flagged, flag(FlagKind::Duplicate, Severity::Error, detail)));
    }
    found
}

fn runs(text: &str) -> HashSet<u64> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let digest = |run: &[String]| {
        let mut hasher = DefaultHasher::new();
        run.hash(&mut hasher);
        hasher.finish()
    };
    words(text).windows(3).map(digest).collect()
}

fn jaccard(one: &HashSet<u64>, other: &HashSet<u64>) -> f64 {
    let both = one.intersection(other).count();
    let either = one.len() + other.len() - both;
    if either == 0 { 0.0 } else { both as f64 / either as f64 }
}
