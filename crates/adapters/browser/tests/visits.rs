//! Visits of pages that a small server gives, with the machine's own Chromium.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use callsheet_browser::{Browser, Trouble, Visit, Wanted, find};

/// Serves these pages on a loopback port until the test ends.
fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    address
}

fn answer(mut stream: TcpStream) {
    let mut line = String::new();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    reader.read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {}
    let (status, kind, body) = match path.as_str() {
        "/well" => (
            200,
            "text/html",
            "<title>Shop</title><link rel=icon href=data:,><h1>Open  for business</h1><script src=/app.js></script>",
        ),
        "/app.js" => (200, "text/javascript", "setTimeout(() => document.body.append('loaded late'), 300)"),
        "/broken" => (
            200,
            "text/html",
            "<link rel=icon href=data:,><img src=/gone.png><script>console.error('no stock', 7); console.error('known noise'); undefined_function()</script>",
        ),
        "/moved" => (302, "text/html", ""),
        "/slow" => {
            std::thread::sleep(Duration::from_secs(3));
            (200, "text/html", "<link rel=icon href=data:,>late")
        }
        "/down" => (503, "text/html", "<link rel=icon href=data:,>down"),
        _ => (404, "text/plain", "no"),
    };
    let to = if status == 302 { "Location: /well\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{to}Connection: close\r\n\r\n",
        body.len()
    );
    // A browser that went away is no fault of the server.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn wanted(url: String) -> Wanted {
    Wanted {
        url,
        within: Duration::from_secs(20),
        shows: Vec::new(),
        ignores: Vec::new(),
        size: (800, 600),
        whole_page: false,
    }
}

fn troubles(visit: &Visit) -> Vec<String> {
    visit.troubles.iter().map(ToString::to_string).collect()
}

#[test]
fn pages_are_seen_as_a_user_sees_them() {
    let program = find(&std::env::var_os("PATH").unwrap()).unwrap();
    let mut browser = Browser::start(&program, false).unwrap();
    let address = serve();
    let page = |path: &str| wanted(format!("http://{address}{path}"));

    let shows = vec!["Open for business".to_owned(), "loaded late".to_owned()];
    let well = browser.visit(&Wanted { shows, ..page("/moved") }).unwrap();
    assert_eq!((troubles(&well), well.status, well.title.as_str()), (vec![], Some(200), "Shop"));
    assert_eq!(well.url, format!("http://{address}/well"));
    assert!(well.loaded_ms.is_some() && well.requests >= 2 && well.bytes > 100, "{well:?}");
    assert!(well.picture.starts_with(&[0xff, 0xd8]), "a JPEG");

    let ignores = vec!["known noise".to_owned()];
    let broken = browser.visit(&Wanted {
        ignores,
        shows: vec!["Buy".to_owned()],
        within: Duration::from_secs(10),
        ..page("/broken")
    });
    let broken = broken.unwrap();
    let mut met = troubles(&broken);
    met.sort();
    assert_eq!(
        met,
        [
            format!("a script broke: ReferenceError: undefined_function is not defined (http://{address}/broken:1)"),
            format!("http://{address}/gone.png: 404"),
            "it does not show “Buy”".to_owned(),
            format!("the console shows an error: no stock 7 (http://{address}/broken:1)"),
        ]
    );

    let slow = browser.visit(&Wanted { within: Duration::from_millis(1500), ..page("/slow") }).unwrap();
    assert!(matches!(slow.troubles[0], Trouble::Slow { within_ms: 1500, .. }), "{slow:?}");
    let down = browser.visit(&page("/down")).unwrap();
    assert_eq!(troubles(&down), ["the page answers 503"]);

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = browser.visit(&wanted(format!("http://{nobody}/"))).unwrap();
    assert_eq!(troubles(&refused), ["there is no page: net::ERR_CONNECTION_REFUSED"]);
}

#[test]
fn a_program_that_is_no_browser_is_told() {
    let error = Browser::start(std::path::Path::new("/bin/false"), false).err().unwrap();
    assert_eq!(error.to_string(), "the browser ended: it said nothing");
    let missing = find(&"/nowhere".into()).unwrap_err().to_string();
    assert!(missing.starts_with("there is no Chromium here: none of chromium, "), "{missing}");
}
