//! Which post is of which template, for which platform.

use crate::studio::Platform;

/// Posts of a project.
pub const POSTS: usize = 30;

/// Deals templates and platforms out evenly: a template that comes again comes on another platform.
pub fn deal(platforms: &[Platform], templates: &[String]) -> Vec<(&'static str, String)> {
    if platforms.is_empty() || templates.is_empty() {
        return Vec::new();
    }
    let slot = |place: usize| {
        let platform = platforms[(place + place / templates.len()) % platforms.len()];
        (platform.as_str(), templates[place % templates.len()].clone())
    };
    (0..POSTS).map(slot).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::writing::TEMPLATES;

    #[test]
    fn every_platform_and_template_comes_equally_often() {
        let templates: Vec<String> = TEMPLATES.iter().map(|template| template.id.to_owned()).collect();
        let slots = deal(&Platform::ALL, &templates);
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for (platform, template) in &slots {
            *count.entry(platform).or_default() += 1;
            *count.entry(template).or_default() += 1;
        }
        assert!(Platform::ALL.iter().all(|platform| count[platform.as_str()] == 6), "{count:?}");
        assert!(templates.iter().all(|template| count[template.as_str()] == 2), "{count:?}");
        assert_eq!(slots.iter().collect::<BTreeSet<_>>().len(), POSTS, "the same pair comes twice");
    }

    #[test]
    fn one_of_each_gives_thirty_all_the_same() {
        assert_eq!(deal(&[Platform::X], &["story".to_owned()]).len(), POSTS);
        assert!(deal(&[], &["story".to_owned()]).is_empty());
    }
}
