//! The front end as it is served, and that what is checked in was built from what is checked in.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::running::{started, started_with};

/// Every file that the build is made from, in order.
fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn the_build_was_made_from_these_sources() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let mut files: Vec<_> = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"]
        .map(|name| web.join(name))
        .to_vec();
    sources(&web.join("src"), &mut files);
    let mut lines: Vec<String> = files
        .iter()
        .map(|file| {
            let name = file.strip_prefix(&web).unwrap().to_str().unwrap().replace('\\', "/");
            let digest: String =
                Sha256::digest(std::fs::read(file).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{digest}  {name}")
        })
        .collect();
    lines.sort();
    let recorded = std::fs::read_to_string(web.join("sources.sha256")).unwrap();
    assert_eq!(
        recorded.trim_end(),
        lines.join("\n"),
        "build the front end anew: `npm ci && npm run build` in fleet/content-jumpstart/web"
    );
}

#[tokio::test]
async fn page_and_assets_are_served_and_cached_as_they_should() {
    let (_folder, service) = started();
    let answer = service.get("/").await;
    assert_eq!(answer.headers()["cache-control"], "no-cache");
    let page = answer.text().await.unwrap();
    let names: Vec<&str> = page.split("/assets/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.len() >= 2, "{page}");
    for name in names {
        let answer = service.get(&format!("/assets/{name}")).await;
        assert_eq!(answer.status(), 200, "{name}");
        assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"), "{name}");
    }
    let script = service.get("/assets/index.js").await;
    assert_eq!(
        (script.status().as_u16(), &script.headers()["content-type"].to_str().unwrap()),
        (200, &"text/javascript; charset=utf-8")
    );
}

#[tokio::test]
async fn a_published_build_is_taken_instead_of_the_one_built_in() {
    let www = tempfile::tempdir().unwrap();
    std::fs::create_dir(www.path().join("assets")).unwrap();
    let (_folder, service) = started_with(&[("WEB_DIST", www.path().to_str().unwrap())]);
    assert_eq!(service.get("/").await.status(), 200, "nothing is published yet");
    std::fs::write(www.path().join("assets/app-1.js"), "1").unwrap();
    std::fs::write(www.path().join("index.html"), "<script src=\"/assets/app-1.js\"></script>").unwrap();
    assert_eq!(service.text("/assets/index.js").await, "1");
    assert!(service.text("/health").await.contains("\"front_end\":\"published\""));
    std::fs::remove_file(www.path().join("assets/app-1.js")).unwrap();
    assert_eq!(service.get("/assets/index.js").await.status(), 404, "a missing file is not covered up");
}
