//! Uploads that lie, explode, break off or never end get a clear 4xx and leave nothing behind.

use callsheet_servers::{chunk, raw_request, raw_request_that_breaks_off};
use serde_json::Value;

use crate::media::{files, place, png, upload};
use crate::running::{Running, started};

fn sent(service: &Running, head: &str, parts: impl Iterator<Item = Vec<u8>>) -> u16 {
    raw_request(service.port, head, parts)
}

fn head(token: &str, element: &str, framing: &str) -> String {
    format!(
        "POST /api/elements/{element}/media HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: multipart/form-data; boundary=edge\r\n{framing}\r\n\r\n"
    )
}

const PART: &str = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.png\"\r\n\r\n";

/// The service may still write a piece while its answer is on the way; then it lets go of the file.
fn nothing_is_left(service: &Running, folder: &std::path::Path) {
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let kept = files(&folder.join("media")) + files(&folder.join("staging"));
        let open = std::fs::read_dir(format!("/proc/{}/fd", service.pid())).unwrap();
        let open = open.filter_map(|fd| std::fs::read_link(fd.unwrap().path()).ok());
        let staged: Vec<_> = open.filter(|path| path.starts_with(folder.join("staging"))).collect();
        if kept == 0 && staged.is_empty() {
            return;
        }
        let late = std::time::Instant::now() > patience;
        assert!(!late, "{kept} files are left behind, and these are still open: {staged:?}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_are_not_what_is_taken_are_refused() {
    let (folder, service) = started();
    let token = service.admin().await;
    let (_, element) = place(&service, &token).await;
    let whole = png(300, 300);
    let mut bomb = whole.clone();
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let cases: [(&str, Vec<u8>, u16); 8] = [
        ("page.png", b"<html><script>alert(1)</script>".to_vec(), 415),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), 415),
        ("program.jpg", b"\x7fELF\x02\x01\x01\0rest".to_vec(), 415),
        ("empty.png", Vec::new(), 422),
        ("cut.png", whole[..whole.len() / 2].to_vec(), 422),
        ("bomb.png", bomb, 422),
        ("head.jpg", b"\xff\xd8\xff\xe0 and nothing more".to_vec(), 422),
        ("model.glb", b"glTF\x02\0\0\0\xff\xff\xff\x7f".to_vec(), 422),
    ];
    for (name, bytes, expected) in cases {
        let (status, told) = upload(&service, &token, &element, name, bytes).await;
        assert_eq!(status, expected, "{name}: {told}");
        assert!(told["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{name}: {told}");
    }
    // Pixels by the million in a few bytes.
    let (status, told) = upload(&service, &token, &element, "flat.png", png(12_001, 2)).await;
    assert_eq!(status, 422, "{told}");
    let list = service.read(&token, &format!("/api/elements/{element}/components")).await;
    assert_eq!(list["items"], Value::Array(Vec::new()));
    nothing_is_left(&service, folder.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_lead_nowhere() {
    let (folder, service) = started();
    let token = service.admin().await;
    let (_, element) = place(&service, &token).await;
    let long = format!("{}.png", "n".repeat(5000));
    for name in [
        "../../../up.png",
        "/etc/passwd",
        "..",
        "c:\\x\\y.png",
        ".htaccess",
        "a\u{202e}gnp.exe",
        "x.png;.sh",
        "\u{1f3ac}.png",
        &long,
    ] {
        let (status, told) = upload(&service, &token, &element, name, png(20, 20)).await;
        assert!(status == 201 || status == 422, "{name}: {status} {told}");
        let kept = told["image"]["file_name"].as_str().unwrap_or_default();
        assert!(
            !kept.contains(['/', '\\', '\u{202e}']) && !kept.starts_with("..") && kept.len() <= 255,
            "{name}: {kept}"
        );
        assert!(status == 422 || kept.ends_with(".png"), "{name}: {kept}");
    }
    // What is kept lies in the service's own folders, under names of its own.
    let beside: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert!(!beside.iter().any(|name| name.to_string_lossy().ends_with(".png")), "{beside:?}");
    assert!(!folder.path().parent().unwrap().join("up.png").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_without_measure_are_cut() {
    let (folder, service) = started();
    let token = service.admin().await;
    let (_, element) = place(&service, &token).await;
    let declared = head(&token, &element, "content-length: 2147483648");
    assert_eq!(sent(&service, &declared, std::iter::empty()), 413);

    // 2 GiB in chunks: cut once a picture may be no larger.
    let chunked = head(&token, &element, "transfer-encoding: chunked");
    let block = chunk(&vec![0; 1 << 20]);
    let start = chunk(format!("{PART}\u{89}").as_bytes());
    let begin = [chunk(PART.as_bytes()), chunk(b"\x89PNG\r\n\x1a\n")].concat();
    assert_eq!(sent(&service, &chunked, std::iter::once(begin).chain(std::iter::repeat_n(block, 2048))), 413);
    assert_eq!(sent(&service, &chunked, std::iter::once(start).chain(std::iter::repeat_n(chunk(&[7; 4096]), 64))), 415);
    nothing_is_left(&service, folder.path());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_break_off_leave_nothing() {
    let (folder, service) = started();
    let token = service.admin().await;
    let (_, element) = place(&service, &token).await;
    let body = [PART.as_bytes(), &png(200, 200)].concat();
    let framing = format!("content-length: {}", body.len());
    assert_eq!(sent(&service, &head(&token, &element, &framing), std::iter::once(body.clone())), 400);
    // The client leaves in the middle.
    raw_request_that_breaks_off(service.port, &head(&token, &element, "content-length: 9000000"), &body);
    for wrong in ["content-length: 4\r\n\r\njunk", "content-length: 0"] {
        let status = sent(&service, &head(&token, &element, wrong), std::iter::empty());
        assert!((400..500).contains(&status), "{wrong}: {status}");
    }
    let no_form = format!(
        "POST /api/elements/{element}/media HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: image/png\r\ncontent-length: 0\r\n\r\n"
    );
    assert_eq!(sent(&service, &no_form, std::iter::empty()), 415);
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while service.text("/metrics").await.contains("http_requests_in_flight 2") {
        assert!(std::time::Instant::now() < patience, "the request that broke off is still in flight");
    }
    nothing_is_left(&service, folder.path());
    assert_eq!(service.get("/health").await.status(), 200);
}
