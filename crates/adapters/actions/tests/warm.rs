//! Routes are warmed up on a real server that is cold at first.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::get;
use callsheet_actions::warm::{Warmed, Warmth, warm};
use url::Url;

/// Refuses twice, is slow once, then quick.
async fn serve() -> String {
    let asked = Arc::new(AtomicU32::new(0));
    let cold = move || {
        let count = asked.fetch_add(1, Ordering::SeqCst);
        async move {
            match count {
                0 | 1 => (StatusCode::SERVICE_UNAVAILABLE, "starting"),
                2 => {
                    tokio::time::sleep(Duration::from_millis(4000)).await;
                    (StatusCode::OK, "slow")
                }
                _ => (StatusCode::OK, "quick"),
            }
        }
    };
    let pages = axum::Router::new()
        .route("/cold", get(cold))
        .route("/good", get(|| async { "good" }))
        .route("/gone", get(|| async { StatusCode::NOT_FOUND }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, pages).await });
    format!("http://{address}")
}

#[tokio::test]
async fn each_route_is_asked_until_it_is_quick() {
    let base = serve().await;
    let urls = ["/cold", "/good", "/gone"].map(|path| Url::parse(&format!("{base}{path}")).unwrap());
    let warmth = Warmth {
        under: Some(Duration::from_millis(3000)),
        within: Duration::from_secs(12),
        pause: Duration::from_millis(20),
        at_once: 2,
    };
    let mut heard = Vec::new();
    let all = warm(&urls, warmth, &mut |warmed: &Warmed| heard.push(warmed.url.clone())).await.unwrap();
    let seen: Vec<(bool, Option<u16>)> = all.iter().map(|one| (one.warm, one.status)).collect();
    assert_eq!(seen, [(true, Some(200)), (true, Some(200)), (false, Some(404))]);
    assert_eq!((all[0].asked, all[1].asked, heard.len()), (4, 1, 3));
    assert!(all[2].asked > 10, "{:?}", all[2]);
}

#[tokio::test]
async fn nobody_there_is_no_warmth() {
    let urls = [Url::parse("http://127.0.0.1:1/").unwrap()];
    let warmth = Warmth { under: None, within: Duration::from_secs(1), pause: Duration::from_millis(30), at_once: 1 };
    let all = warm(&urls, warmth, &mut |_: &Warmed| {}).await.unwrap();
    assert!(!all[0].warm && all[0].trouble.as_deref().is_some_and(|why| why.contains("refused")), "{all:?}");
}
