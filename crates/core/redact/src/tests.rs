//! Proofs of redaction: any secret, any encoding, any cutting of the stream.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

fn check(secret: &str, text: &str, expected: &str) {
    let set = RedactionSet::new([("S", secret)]);
    assert_eq!(redact_text(&set, text), expected);
}

#[test]
fn known_values_in_every_form() {
    check("hunter2hunter2", "pw=hunter2hunter2.", "pw=[redacted:S].");
    check("p@ss/word é!", "p%40ss%2Fword%20%C3%A9!", "[redacted:S]");
    check("p@ss/word é!", "p%40ss/word+é%21", "[redacted:S]");
    check("say \"hi\"\tnow\\", r#""say \"hi\"\tnow\\""#, r#""[redacted:S]""#);
    check("naïve/\u{1F511}key", r"na\u00efve\/\uD83D\uDD11key", "[redacted:S]");
    check("it's a $ecret", r"'it'\''s a $ecret'", "'[redacted:S]'");
    check("it's a $ecret", r"it\'s\ a\ \$ecret", "[redacted:S]");
    check("a\nb\nlonger line\n", "x longer line y", "x [redacted:S] y");
    check(
        "deadbeefcafe",
        "64656164626565666361\n6665 and 6465616462656566636166 65",
        "[redacted:S] and 6465616462656566636166 65",
    );
    check("short", "short", "short");
}

#[test]
fn overlapping_values_leave_no_rest() {
    let set = RedactionSet::new([("A", "abcdefgh"), ("B", "efghijklmn"), ("C", "abcdefghij")]);
    assert_eq!(redact_text(&set, "-abcdefghijklmn-"), "-[redacted:C]-");
    assert_eq!(redact_text(&set, "abcdabcdefgh"), "abcd[redacted:A]");
}

#[test]
fn undeclared_credentials() {
    let set = RedactionSet::empty();
    let check = |text: &str, expected: &str| assert_eq!(redact_text(&set, text), expected);
    check("postgres://app:pa55@db/x", "postgres://app:[redacted:password]@db/x");
    check("see https://example.org:8080/a@b", "see https://example.org:8080/a@b");
    check("Authorization: Bearer abcdefghij\n", "Authorization: Bearer [redacted:authorization]\n");
    check("> authorization: abcdefghij", "> authorization: [redacted:authorization]");
    check("the bearer of this", "the bearer of this");
    check("t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln ok", "t=[redacted:jwt] ok");
    check("id AKIAABCDEFGHIJKLMNOP.", "id [redacted:aws-key].");
    check("+ API_TOKEN=abcdefgh12", "+ API_TOKEN=[redacted:assigned]");
    check("declare -x API_TOKEN=\"ab cdefgh12\"", "declare -x API_TOKEN=\"[redacted:assigned]\"");
    check("API_TOKEN=$(curl x) API_TOKEN=<your-token>", "API_TOKEN=$(curl x) API_TOKEN=<your-token>");
    check(
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----[redacted:private-key]-----END RSA PRIVATE KEY-----\n",
    );
    check("-----BEGIN CERTIFICATE-----\nMIIE", "-----BEGIN CERTIFICATE-----\nMIIE");
}

#[test]
fn only_a_possible_beginning_is_held_back() {
    let set = RedactionSet::new([("S", "hunter2hunter2")]);
    let mut redactor = Redactor::new(&set);
    let mut out = Vec::new();
    redactor.push(&set, b"continue? hunt", &mut out);
    assert_eq!(out, b"continue? ");
    redactor.push(&set, b"ing\n", &mut out);
    assert_eq!(out, b"continue? hunting\n");
}

#[test]
fn a_terminal_sees_short_beginnings_once() {
    let set = RedactionSet::new([("S", "hunter2hunter2")]);
    let mut redactor = Redactor::new(&set);
    let mut out = Vec::new();
    redactor.push(&set, b"hu", &mut out);
    redactor.show_held(&mut out);
    redactor.push(&set, b"nt", &mut out);
    redactor.show_held(&mut out);
    assert_eq!(out, b"hu");
    redactor.push(&set, b"!", &mut out);
    redactor.finish(&set, &mut out);
    assert_eq!(out, b"hunt!");
}

/// Every spelling that the promise names.
fn spellings(secret: &str) -> Vec<String> {
    let percent = |upper: bool, all: bool| -> String {
        let keep = |b: u8| !all && (b.is_ascii_alphanumeric() || b"-_.~".contains(&b));
        let write = |b: u8| if upper { format!("%{b:02X}") } else { format!("%{b:02x}") };
        secret.bytes().map(|b| if keep(b) { (b as char).to_string() } else { write(b) }).collect()
    };
    let json = serde_json::to_string(secret).unwrap();
    let ascii_json: String = secret
        .encode_utf16()
        .map(|u| {
            if u < 128 && u > 31 && u != 34 && u != 92 { (u as u8 as char).to_string() } else { format!("\\u{u:04x}") }
        })
        .collect();
    let backslashed: String = secret
        .chars()
        .map(|c| if c.is_ascii_punctuation() || c == ' ' { format!("\\{c}") } else { c.to_string() })
        .collect();
    let mut all = vec![
        secret.to_owned(),
        percent(true, false),
        percent(false, false),
        percent(true, true),
        json[1..json.len() - 1].to_owned(),
        ascii_json,
        backslashed,
        secret.replace('\'', "'\\''"),
        secret.replace('\'', "'\"'\"'"),
        hex::encode(secret),
        hex::encode_upper(secret),
    ];
    for before in ["", "x", "xy", "key:"] {
        for after in ["", "\n", "zz"] {
            let bytes = format!("{before}{secret}{after}");
            all.extend([
                STANDARD.encode(&bytes),
                URL_SAFE.encode(&bytes),
                STANDARD_NO_PAD.encode(&bytes),
                URL_SAFE_NO_PAD.encode(&bytes),
            ]);
        }
    }
    all
}

fn secrets() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(any::<char>(), 8..40).prop_map(|chars| chars.into_iter().collect::<String>()),
        "[ -~]{8,60}",
        "[\\\\%'\" +&]{8,20}",
        "[ab]{8,12}",
        "[A-Za-z0-9/+]{40}",
    ]
    .prop_filter("redacted without its surrounding blanks", |s| s.trim() == s && s.len() >= 8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_secret_in_any_spelling_passes_in_any_pieces(
        secret in secrets(),
        around in "[ -~\n]{0,30}",
        which in any::<prop::sample::Index>(),
        cuts in proptest::collection::vec(1usize..9, 0..64),
    ) {
        let all = spellings(&secret);
        let spelling = &all[which.index(all.len())];
        let text = format!("{around}{spelling}{around}");
        let set = RedactionSet::new([("S", secret.as_str())]);
        let mut redactor = Redactor::new(&set);
        let mut out = Vec::new();
        let mut rest = text.as_bytes();
        for cut in cuts {
            let (piece, after) = rest.split_at(cut.min(rest.len()));
            redactor.push(&set, piece, &mut out);
            rest = after;
        }
        redactor.push(&set, rest, &mut out);
        redactor.finish(&set, &mut out);
        let shown = String::from_utf8_lossy(&out).into_owned();
        prop_assert!(!shown.contains(spelling.as_str()), "{shown:?}");
        prop_assert!(!shown.contains(secret.as_str()) || "[redacted:S]".contains(secret.as_str()), "{shown:?}");
        prop_assert!(redactor.redactions() > 0);
        prop_assert_eq!(shown, redact_text(&set, &text));
    }

    #[test]
    fn text_without_secrets_passes_unchanged(text in "[ a-z0-9.,\n]{0,200}", cut in 0usize..200) {
        let set = RedactionSet::new([("S", "UPPERCASEONLY!")]);
        let mut redactor = Redactor::new(&set);
        let mut out = Vec::new();
        let (first, second) = text.as_bytes().split_at(cut.min(text.len()));
        redactor.push(&set, first, &mut out);
        redactor.push(&set, second, &mut out);
        redactor.finish(&set, &mut out);
        prop_assert_eq!(String::from_utf8(out).unwrap(), text);
    }
}
