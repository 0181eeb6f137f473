//! Whether an OpenAPI document is the release's.

use serde::Deserialize;

use crate::Finding;

#[derive(Deserialize)]
struct Document {
    info: Info,
}

#[derive(Deserialize)]
struct Info {
    #[serde(default)]
    title: String,
    version: String,
}

/// Names that are looked for if none is given.
pub const USUAL: [&str; 8] = [
    "openapi.json",
    "openapi.yaml",
    "openapi.yml",
    "docs/openapi.json",
    "docs/openapi.yaml",
    "api/openapi.json",
    "api/openapi.yaml",
    "swagger.json",
];

/// JSON or YAML; its `info.version` must be the release's, or without one, must be there.
pub fn judge(path: &str, text: &str, release: Option<&str>) -> Finding {
    let read: Result<Document, String> = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        serde_saphyr::from_str(text).map_err(|error| error.to_string())
    };
    let Info { title, version } = match read {
        Ok(document) => document.info,
        Err(error) => {
            return Finding::failed(format!("{path} is no OpenAPI document"))
                .evidence(error)
                .hint("generate it anew from the service");
        }
    };
    let place = format!("{path}: {title} {version}");
    match release.map(|release| release.trim_start_matches('v')) {
        Some(release) if release != version.trim_start_matches('v') => {
            Finding::failed(format!("{path} describes {version}, not {release}"))
                .evidence(place)
                .hint("generate it anew from this release")
        }
        _ => Finding::passed(format!("{path} describes {version}")).evidence(place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    #[test]
    fn the_version_must_be_the_releases() {
        let json = r#"{"openapi": "3.1.0", "info": {"title": "Assets", "version": "1.2.3"}, "paths": {}}"#;
        assert_eq!(judge("openapi.json", json, Some("v1.2.3")).verdict, Verdict::Passed);
        assert_eq!(judge("openapi.json", json, None).verdict, Verdict::Passed);
        assert_eq!(judge("openapi.json", json, Some("1.3.0")).what, "openapi.json describes 1.2.3, not 1.3.0");
        let yaml = "openapi: 3.1.0\ninfo:\n  title: Assets\n  version: '1.2.3'\n";
        assert_eq!(judge("openapi.yaml", yaml, Some("1.2.3")).verdict, Verdict::Passed);
        assert_eq!(judge("openapi.yaml", "paths: {}", None).what, "openapi.yaml is no OpenAPI document");
    }
}
