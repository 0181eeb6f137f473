//! A real S3 server (signatures checked) in this process, which can be made to leave an upload hanging or to cut it off.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use hyper::Request;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub const KEY_ID: &str = "test-key";
pub const SECRET: &str = "a-secret-that-signs-requests";

/// What befalls uploads of a backup's second piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mood {
    Well,
    /// They get no answer.
    Hang,
    /// The connection is closed instead of an answer; the next one goes well.
    CutOnce,
}

/// The server; ends with this value.
pub struct Bucket {
    _runtime: Runtime,
    folder: tempfile::TempDir,
    pub endpoint: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    mood: AtomicU8,
    befallen: AtomicUsize,
}

impl Bucket {
    pub fn start() -> Bucket {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("backups")).expect("the folder is ours");
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).expect("the folder is there"));
        service.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let (service, shared) = (service.build(), Arc::new(Shared::default()));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime starts");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("loopback has a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        runtime.spawn(serve(listener, service, shared.clone()));
        Bucket { _runtime: runtime, folder, endpoint, shared }
    }

    pub fn set(&self, mood: Mood) {
        self.shared.mood.store(mood as u8, Ordering::SeqCst);
    }

    /// How many uploads were left hanging or cut off.
    pub fn befallen(&self) -> usize {
        self.shared.befallen.load(Ordering::SeqCst)
    }

    /// Where the objects are.
    pub fn objects(&self) -> PathBuf {
        self.folder.path().join("backups")
    }
}

async fn serve(listener: TcpListener, service: S3Service, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (service, shared) = (service.clone(), shared.clone());
        tokio::spawn(async move {
            let answer = service_fn(move |request: Request<Incoming>| {
                let (service, shared) = (service.clone(), shared.clone());
                async move {
                    let second = request.method() == "PUT" && request.uri().path().ends_with("/00000002");
                    if second && shared.mood.load(Ordering::SeqCst) == Mood::Hang as u8 {
                        shared.befallen.fetch_add(1, Ordering::SeqCst);
                        std::future::pending::<()>().await;
                    }
                    let (cut, well) = (Mood::CutOnce as u8, Mood::Well as u8);
                    if second && shared.mood.compare_exchange(cut, well, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                        shared.befallen.fetch_add(1, Ordering::SeqCst);
                        return Err("cut off".to_owned());
                    }
                    Service::call(&service, request).await.map_err(|error| format!("{error:?}"))
                }
            });
            let server = auto::Builder::new(TokioExecutor::new());
            // How a connection ends is the client's to notice.
            let _ended = server.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}
