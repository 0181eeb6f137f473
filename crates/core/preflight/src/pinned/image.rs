//! Image recipes and compose files: an image has a digest or at least a tag other than `latest`.

use super::Said;

pub(super) fn is_recipe(name: &str) -> bool {
    let compose = name.starts_with("compose") || name.starts_with("docker-compose");
    name.starts_with("Dockerfile")
        || name.starts_with("Containerfile")
        || (compose && (name.ends_with(".yml") || name.ends_with(".yaml")))
}

pub(super) fn read(path: &str, text: &str) -> Said {
    let mut said = Said::default();
    let mut stages: Vec<String> = vec!["scratch".to_owned()];
    for (at, line) in text.lines().enumerate() {
        let Some(image) = image(line, &mut stages) else { continue };
        let place = format!("{path}:{}: {image}", at + 1);
        match tag(&image) {
            Tag::Pinned => said.pinned.push(place),
            Tag::None => said.loose.push(format!("{place} has no tag")),
            Tag::Latest => said.loose.push(format!("{place} moves")),
        }
    }
    said
}

/// The outside image of a `FROM` or `image:` line; a name that an earlier stage has is none.
fn image(line: &str, stages: &mut Vec<String>) -> Option<String> {
    let mut words = line.split_whitespace();
    let first = words.next()?;
    let image = if first.eq_ignore_ascii_case("from") {
        let mut words = words.filter(|word| !word.starts_with("--"));
        let image = words.next()?.to_owned();
        let named = words.next().is_some_and(|word| word.eq_ignore_ascii_case("as"));
        let known = stages.contains(&image);
        stages.extend(words.next().filter(|_| named).map(str::to_owned));
        if known {
            return None;
        }
        image
    } else if first == "image:" {
        words.next()?.trim_matches(['"', '\'']).to_owned()
    } else {
        return None;
    };
    // A build argument's value is not known here.
    (!image.contains('$')).then_some(image)
}

enum Tag {
    Pinned,
    None,
    Latest,
}

fn tag(image: &str) -> Tag {
    if image.contains("@sha256:") {
        return Tag::Pinned;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once(':') {
        None => Tag::None,
        Some((_, "latest" | "stable" | "edge" | "nightly" | "main" | "master")) => Tag::Latest,
        Some(_) => Tag::Pinned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_images_need_a_tag_that_stays() {
        let text = "FROM rust:1.95 AS build\nRUN make\nFROM --platform=linux/amd64 debian\nFROM build\nFROM scratch\nFROM ${BASE}\nFROM host:5000/app\nFROM redis:latest\n";
        let said = read("Dockerfile", text);
        assert_eq!(said.pinned, ["Dockerfile:1: rust:1.95"]);
        assert_eq!(
            said.loose,
            [
                "Dockerfile:3: debian has no tag",
                "Dockerfile:7: host:5000/app has no tag",
                "Dockerfile:8: redis:latest moves"
            ]
        );
    }

    #[test]
    fn compose_files_are_read() {
        let said =
            read("compose.yaml", "services:\n  db:\n    image: \"postgres\"\n  web:\n    image: web@sha256:ab\n");
        assert_eq!((said.loose, said.pinned.len()), (vec!["compose.yaml:3: postgres has no tag".to_owned()], 1));
    }
}
