//! Files in a bucket: a real S3 server (signatures checked) in this process, which can be made to fail.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use reqwest::Method;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::media::{files, place, png, upload};
use crate::running::Running;

const KEY_ID: &str = "test-key";
const SECRET: &str = "a-secret-that-signs-requests";

/// How the server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Mood {
    Well,
    /// Connections are closed without an answer.
    Gone,
}

struct Bucket {
    folder: tempfile::TempDir,
    endpoint: String,
    mood: Arc<AtomicU8>,
    /// One more holder for each connection that is open.
    open: Arc<()>,
}

impl Bucket {
    async fn start() -> Bucket {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("assets")).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let mood = Arc::new(AtomicU8::new(Mood::Well as u8));
        let mood_now = mood.clone();
        let open = Arc::new(());
        let held = open.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (service, mood, held) = (service.clone(), mood_now.clone(), held.clone());
                tokio::spawn(async move {
                    let _held = held;
                    if mood.load(Ordering::Relaxed) == Mood::Gone as u8 {
                        return;
                    }
                    let server = auto::Builder::new(TokioExecutor::new());
                    let connection = server.serve_connection(TokioIo::new(stream), service);
                    tokio::pin!(connection);
                    // A connection ends with the mood it began in; how it ends is the client's to notice.
                    loop {
                        tokio::select! {
                            _ = connection.as_mut() => return,
                            () = tokio::time::sleep(std::time::Duration::from_millis(2)) => {
                                if mood.load(Ordering::Relaxed) == Mood::Gone as u8 {
                                    return;
                                }
                            }
                        }
                    }
                });
            }
        });
        Bucket { folder, endpoint, mood, open }
    }

    /// Returns once no connection of another mood is open: the listener and we hold the count, and nobody else.
    fn set(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::Relaxed);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while mood as u8 == Mood::Gone as u8 && Arc::strong_count(&self.open) > 2 {
            assert!(std::time::Instant::now() < deadline, "connections of before stay open");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    fn objects(&self) -> PathBuf {
        self.folder.path().join("assets")
    }

    fn service(&self, folder: &Path, secret: &str) -> Running {
        let settings = [
            ("S3_BUCKET", "assets"),
            ("S3_REGION", "eu-central-1"),
            ("S3_ENDPOINT", &self.endpoint),
            ("AWS_ACCESS_KEY_ID", KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", secret),
        ];
        Running::start(folder, &settings)
    }
}

fn film(bytes: usize) -> Vec<u8> {
    let mut film = b"\0\0\0\x18ftypisom".to_vec();
    film.extend((0..bytes).map(|at| (at % 251) as u8));
    film
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_kept_fetched_in_ranges_and_removed() {
    let bucket = Bucket::start().await;
    let folder = tempfile::tempdir().unwrap();
    let service = bucket.service(folder.path(), SECRET);
    let health: Value = service.get("/health").await.json().await.unwrap();
    assert_eq!(health["dependencies"]["media"]["detail"]["kind"], "bucket");
    let token = service.admin().await;
    let (universe, element) = place(&service, &token).await;

    // One small object with a thumbnail, and one that goes up in parts of 5 MiB.
    let large = film(12 << 20);
    for (name, bytes, kind) in [("quay.png", png(600, 400), "image"), ("film.mp4", large, "video")] {
        let (status, made) = upload(&service, &token, &element, name, bytes.clone()).await;
        assert_eq!((status, made["kind"].as_str()), (201, Some(kind)), "{made}");
        let path = format!("/media/{}", made["id"].as_str().unwrap());
        let answer = service.request(Method::GET, &path).bearer_auth(&token).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.bytes().await.unwrap() == bytes, "{kind} came back changed");
        let from = bytes.len() - 10;
        let part = service.request(Method::GET, &path).bearer_auth(&token).header("range", format!("bytes={from}-"));
        assert_eq!(part.send().await.unwrap().bytes().await.unwrap(), bytes[from..]);
    }
    let kept = |folder: &Path| files(&folder.join("components"));
    assert_eq!(kept(&bucket.objects()), 3);
    assert_eq!(files(&folder.path().join("media")), 0, "a bucket is configured, not a folder");
    let path = format!("/api/universes/{universe}");
    assert_eq!(service.send(&token, Method::DELETE, &path, &Value::Null).await.0, 204);
    assert_eq!(kept(&bucket.objects()), 0, "objects outlive their universe");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_gone_is_told_and_nothing_half_done_is_left() {
    let bucket = Bucket::start().await;
    let folder = tempfile::tempdir().unwrap();
    let service = bucket.service(folder.path(), SECRET);
    let token = service.admin().await;
    let (_, element) = place(&service, &token).await;
    let (_, kept) = upload(&service, &token, &element, "quay.png", png(60, 40)).await;
    let path = format!("/media/{}", kept["id"].as_str().unwrap());
    let ready = async || {
        let answer = service.get("/health/ready").await;
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };

    bucket.set(Mood::Gone);
    let (status, told) = ready().await;
    assert_eq!((status, &told["dependencies"]["media"]["status"]), (503, &json!("down")), "{told}");
    let (status, told) = upload(&service, &token, &element, "film.mp4", film(6 << 20)).await;
    assert_eq!((status, told["type"].as_str()), (507, Some("urn:problem:storage")), "{told}");
    let answer = service.request(Method::GET, &path).bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(!serde_json::to_string(&service.log()).unwrap().contains(SECRET));

    bucket.set(Mood::Well);
    assert_eq!(ready().await.0, 200);
    let list = service.read(&token, &format!("/api/elements/{element}/components")).await;
    assert_eq!(list["items"], json!([kept]), "a component without its file is listed");
    assert_eq!(files(&folder.path().join("staging")), 0);
    let (status, _) = upload(&service, &token, &element, "film.mp4", film(6 << 20)).await;
    assert_eq!(status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_is_told_by_health_and_takes_no_file() {
    let bucket = Bucket::start().await;
    let folder = tempfile::tempdir().unwrap();
    let service = bucket.service(folder.path(), "not-the-secret");
    let token = service.admin().await;
    let (_, element) = place(&service, &token).await;
    assert_eq!(service.get("/health/ready").await.status(), 503);
    let (status, _) = upload(&service, &token, &element, "quay.png", png(60, 40)).await;
    assert_eq!(status, 507);
    assert_eq!(files(&bucket.objects()), 0);
}
