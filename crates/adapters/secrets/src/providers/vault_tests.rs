//! Against a small server that answers as Vault's key-value engine version 2 does.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::*;

/// Versions by path; a destroyed one holds no value.
type Kept = Arc<Mutex<BTreeMap<String, Vec<Option<Value>>>>>;

fn serve() -> (String, Kept) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let kept = Kept::default();
    let shared = kept.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), &shared);
        }
    });
    (address, kept)
}

fn answer(mut stream: TcpStream, kept: &Kept) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let (mut length, mut token) = (0, String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "x-vault-token" => token = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let (status, body) = if token == "root-of-all-tokens" {
        handle(&method, &target, &body, &mut kept.lock().unwrap())
    } else {
        (403, json!({ "errors": ["permission denied"] }))
    };
    let text = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        text.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes())).unwrap();
}

fn handle(method: &str, target: &str, body: &Value, kept: &mut BTreeMap<String, Vec<Option<Value>>>) -> (u16, Value) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let Some(rest) = path.strip_prefix("/v1/secret/") else { return (404, json!({ "errors": [] })) };
    let (part, path) = rest.split_once('/').unwrap();
    let versions = kept.entry(path.to_owned()).or_default();
    match (method, part) {
        ("GET", "data") => {
            let wanted = query.strip_prefix("version=").map_or(versions.len(), |text| text.parse().unwrap());
            match wanted.checked_sub(1).and_then(|at| versions.get(at)) {
                Some(Some(data)) => (200, json!({ "data": { "data": data, "metadata": { "version": wanted } } })),
                Some(None) => (404, json!({ "data": { "data": null, "metadata": { "destroyed": true } } })),
                None => (404, json!({ "errors": [] })),
            }
        }
        ("POST", "data") => {
            if body["options"]["cas"].as_u64() != Some(versions.len() as u64) {
                let why = "check-and-set parameter did not match the current version";
                return (400, json!({ "errors": [why] }));
            }
            versions.push(Some(body["data"].clone()));
            (200, json!({ "data": { "version": versions.len() } }))
        }
        ("PUT", "destroy") => {
            for version in body["versions"].as_array().into_iter().flatten().filter_map(Value::as_u64) {
                if let Some(slot) = versions.get_mut(version as usize - 1) {
                    *slot = None;
                }
            }
            (204, Value::Null)
        }
        _ => (405, json!({ "errors": ["unsupported operation"] })),
    }
}

fn vault(address: &str, token: &'static str) -> Result<Vault, StoreError> {
    Vault::new("vault", address, "secret", "shop/{environment}", "$VAULT_TOKEN", &|name| {
        (name == "VAULT_TOKEN" && !token.is_empty()).then(|| token.to_owned())
    })
}

#[test]
fn versions_are_vaults_own_and_none_is_written_over() {
    let (address, kept) = serve();
    let store = vault(&address, "root-of-all-tokens").unwrap();
    let name: SecretName = "PIN".parse().unwrap();
    let key = |version| Key { environment: "dev", name: &name, version };
    let value = |text: &str| Secret::new(text.to_owned());
    assert!(store.newest("dev", &name).unwrap().is_none());
    store.write(key(1), &value("seven-times-seven")).unwrap();
    // The same again, as after a crash.
    store.write(key(1), &value("seven-times-seven")).unwrap();
    let refused = store.write(key(1), &value("eight-times-eight")).unwrap_err().to_string();
    assert!(refused.contains("check-and-set") && !refused.contains("times"), "{refused}");
    store.write(key(2), &value("eight-times-eight")).unwrap();
    assert_eq!(store.read(key(1)).unwrap().unwrap().expose(), "seven-times-seven");
    assert_eq!(store.newest("dev", &name).unwrap().unwrap().expose(), "eight-times-eight");
    store.destroy(key(1)).unwrap();
    store.destroy(key(1)).unwrap();
    assert!(store.read(key(1)).unwrap().is_none());
    assert_eq!(kept.lock().unwrap()["shop/dev/PIN"].len(), 2);
}

#[test]
fn whoever_is_not_let_in_is_told_so() {
    let (address, _) = serve();
    let name: SecretName = "PIN".parse().unwrap();
    let refused = vault(&address, "wrong-token-altogether").unwrap().newest("dev", &name).unwrap_err().to_string();
    assert!(refused.contains("permission denied") && !refused.contains("wrong-token"), "{refused}");
    let missing = vault(&address, "").err().unwrap().to_string();
    assert!(missing.contains("`VAULT_TOKEN`"), "{missing}");
}
