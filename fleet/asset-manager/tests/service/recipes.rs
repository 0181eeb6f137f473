//! The image recipe and the compose file set what the service knows, and it would start with them.

use crate::configuration::output;

const COMPOSE: &str = include_str!("../../compose.yaml");
const RECIPE: &str = include_str!("../../Dockerfile");

/// Settings of the service in the compose file, with what is asked of the operator filled in.
fn of_compose() -> Vec<(String, String)> {
    let service = COMPOSE.split("\n  asset-manager:\n").nth(1).expect("the file has the service");
    let lines = service.lines().skip_while(|line| *line != "    environment:").skip(1);
    let own = lines.take_while(|line| line.starts_with("      "));
    own.map(|line| {
        let (name, value) = line.trim().split_once(": ").expect("NAME: value");
        let value = value.replace("${APP_ENV:-staging}", "staging").replace("${POSTGRES_PASSWORD}", "pass");
        let value = value.replace("${JWT_SECRET:?at least 32 characters}", "5f1c0b7a92e84d36a1f0c9e2b7d84635");
        (name.to_owned(), value.replace("${JWT_SECRET_PREVIOUS:-}", "").trim_matches('"').to_owned())
    })
    .collect()
}

/// Settings in the image.
fn of_recipe() -> Vec<(String, String)> {
    let line = RECIPE.lines().find_map(|line| line.strip_prefix("ENV ")).expect("the recipe sets variables");
    let pairs = line.split_whitespace().map(|pair| pair.split_once('=').expect("NAME=value"));
    pairs.map(|(name, value)| (name.to_owned(), value.replace("${VERSION}", "1.4.0"))).collect()
}

#[test]
fn every_variable_is_a_setting_and_the_service_takes_them() {
    let all: Vec<(String, String)> = of_recipe().into_iter().chain(of_compose()).collect();
    assert!(all.len() >= 10 && all.iter().all(|(_, value)| !value.contains('$')), "{all:?}");
    let given: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (status, shown, told) = output(&given, &["check-config"]);
    assert_eq!(status, Some(0), "{told}");
    for (name, value) in given.iter().filter(|(_, value)| !value.is_empty()) {
        let line = shown.lines().find(|line| line.split_whitespace().next() == Some(name));
        let line = line.unwrap_or_else(|| panic!("{name} is no setting:\n{shown}"));
        assert!(line.contains("[environment]"), "{name}={value}: {line}");
    }
}

#[test]
fn the_recipes_name_no_image_that_moves() {
    for line in COMPOSE.lines().chain(RECIPE.lines()).map(str::trim) {
        let image = line.strip_prefix("image: ").or_else(|| line.strip_prefix("FROM "));
        assert!(
            !image.is_some_and(|image| image.ends_with(":latest") || !image.contains(':') && image != "scratch"),
            "{line}"
        );
    }
}
