//! Uploads: what is sound is kept with its thumbnail and waveform, what is hostile gets a clear refusal and leaves nothing behind.

use callsheet_servers::{chunk, raw_request, raw_request_that_breaks_off};

use crate::running::{Ground, Running, files, id, with_project};
use crate::samples;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn media_is_examined_kept_and_drawn() {
    let ground = Ground::new();
    let service = Running::start(&ground, &[]);
    let token = service.operator().await;
    let project = service.project(&token).await;
    let (status, film) = service.upload(&token, &project, "../../etc/The Quay.exe", samples::film()).await;
    assert_eq!(status, 201, "{film}");
    assert_eq!((film["kind"].as_str(), film["file_name"].as_str()), (Some("video"), Some("The Quay.mp4")));
    assert_eq!((film["width"].as_i64(), film["has_audio"].as_bool()), (Some(320), Some(true)));
    assert!((1900..2200).contains(&film["duration_ms"].as_i64().unwrap()), "{film}");
    let (status, picture) = service.upload(&token, &project, "a.png", samples::picture()).await;
    assert_eq!((status, picture["kind"].as_str(), picture["duration_ms"].as_i64()), (201, Some("image"), Some(0)));
    let (status, sound) = service.upload(&token, &project, "a.wav", samples::sound()).await;
    assert_eq!((status, sound["kind"].as_str()), (201, Some("audio")));

    let jobs = service.read(&token, &format!("/api/projects/{project}/jobs")).await;
    let jobs: Vec<String> = jobs["items"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(jobs.len(), 4, "two thumbnails and two waveforms");
    for job in jobs {
        let job = service.ended_job(&token, &job).await;
        assert_eq!(job["state"], "done", "{job}");
    }
    let thumbnail =
        service.request(reqwest::Method::GET, &format!("/media/{}/thumbnail", id(&film))).bearer_auth(&token);
    assert!(thumbnail.send().await.unwrap().bytes().await.unwrap().starts_with(&[0xff, 0xd8]));
    let waveform = service.read(&token, &format!("/media/{}/waveform", id(&sound))).await;
    assert_eq!(waveform["peaks"].as_array().unwrap().len(), 20);
    assert!(waveform["peaks"][5].as_u64().unwrap() > 5, "a tone is loud: {waveform}");

    let part = service.request(reqwest::Method::GET, &format!("/media/{}", id(&film))).bearer_auth(&token);
    let part = part.header("range", "bytes=4-7").send().await.unwrap();
    assert_eq!((part.status().as_u16(), part.bytes().await.unwrap().as_ref()), (206, &b"ftyp"[..]));
    let stranger = service.get(&format!("/media/{}", id(&film))).await;
    assert_eq!(stranger.status(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_files_are_refused_and_leave_nothing_behind() {
    let ground = Ground::new();
    let service = Running::start(&ground, &[("JOB_WORKERS", "0"), ("MEDIA_DURATION_MOST_SECONDS", "1.5")]);
    let token = service.operator().await;
    let project = service.project(&token).await;
    let film = samples::film();
    let with_head = |head: &[u8], length: usize| [head, &vec![7; length]].concat();
    let hostile: [(&str, Vec<u8>, u16); 9] = [
        ("empty.mp4", Vec::new(), 422),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".to_vec(), 415),
        ("list.ffconcat", b"ffconcat version 1.0\nfile /etc/passwd\n".to_vec(), 415),
        ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), 415),
        ("program.mp4", with_head(b"MZ", 500), 415),
        ("head-alone.mp4", with_head(b"\0\0\0\x20ftypisom", 4000), 422),
        ("head-alone.png", with_head(b"\x89PNG\r\n\x1a\n", 4000), 422),
        ("cut.mp4", film[..film.len() * 2 / 3].to_vec(), 422),
        ("long.mp4", film.clone(), 422),
    ];
    for (name, bytes, expected) in hostile {
        let (status, problem) = service.upload(&token, &project, name, bytes).await;
        assert_eq!(status, expected, "{name}: {problem}");
        assert!(!problem["detail"].as_str().unwrap().contains("/proc/"), "{problem}");
    }
    assert_eq!(files(&ground.folder.path().join("media")), Vec::<std::path::PathBuf>::new());
    assert_eq!(files(&ground.folder.path().join("staging")), Vec::<std::path::PathBuf>::new());
    assert_eq!(service.read(&token, &format!("/api/projects/{project}/assets")).await["items"], serde_json::json!([]));
}

/// What an upload says before its body.
fn head(token: &str, project: &str, framing: &str) -> String {
    format!(
        "POST /api/projects/{project}/assets HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: multipart/form-data; boundary=edge\r\n{framing}\r\n\r\n"
    )
}

const PART: &str = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.png\"\r\n\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_without_measure_or_end_are_refused_and_leave_nothing_behind() {
    let (ground, service, token, project) = with_project().await;
    let declared = head(&token, &project, "content-length: 3000000000");
    assert_eq!(raw_request(service.port, &declared, []), 413);

    // 2 GiB in chunks: cut where a picture may be no larger, or where the first bytes are none of ours.
    let chunked = head(&token, &project, "transfer-encoding: chunked");
    let begin = |bytes: &[u8]| std::iter::once([chunk(PART.as_bytes()), chunk(bytes)].concat());
    let endless = std::iter::repeat_n(chunk(&vec![0; 1 << 20]), 2048);
    assert_eq!(raw_request(service.port, &chunked, begin(b"\x89PNG\r\n\x1a\n").chain(endless.clone())), 413);
    assert_eq!(raw_request(service.port, &chunked, begin(b"MZ").chain(endless)), 415);

    let body = [PART.as_bytes(), &samples::picture()].concat();
    let whole = head(&token, &project, &format!("content-length: {}", body.len()));
    assert_eq!(raw_request(service.port, &whole, [body.clone()]), 400, "the form has no end");
    raw_request_that_breaks_off(service.port, &head(&token, &project, "content-length: 9000000"), &body);
    service.until_idle().await;
    assert_eq!(files(&ground.folder.path().join("media")), Vec::<std::path::PathBuf>::new());
    assert_eq!(files(&ground.folder.path().join("staging")), Vec::<std::path::PathBuf>::new());
    assert_eq!(service.read(&token, &format!("/api/projects/{project}/assets")).await["items"], serde_json::json!([]));
}
