//! What each line of a script is taken for, and that no text is too strange.

use proptest::prelude::*;

use super::*;

/// The elements of a text, one a line: what it is, then its text.
fn read(text: &str) -> Vec<String> {
    parse(text).elements.iter().map(shown).collect()
}

fn shown(element: &Element) -> String {
    let kind = match &element.kind {
        Kind::Heading { number: Some(number) } => format!("heading {number}"),
        Kind::Heading { number: None } => "heading".to_owned(),
        Kind::Character { dual: true } => "beside".to_owned(),
        Kind::Section { depth } => format!("section {depth}"),
        other => format!("{other:?}").split_whitespace().next().unwrap_or_default().to_lowercase(),
    };
    format!("{kind}: {}", element.text.replace('\n', " / "))
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(read(text), expected, "{text}");
}

#[test]
fn the_title_page_ends_at_the_first_empty_line() {
    let script = parse("Title:\n    _**THE LAST FERRY**_\n    a film\nCredit: by\nAuthor: N. N.\n\nINT. QUAY - DAY\n");
    assert_eq!(script.title("title").as_deref(), Some("THE LAST FERRY a film"));
    assert_eq!(script.title("AUTHOR").as_deref(), Some("N. N."));
    assert_eq!(script.elements.len(), 1);
    check("FADE IN:\n\nEXT. QUAY - DAY", &["action: FADE IN:", "heading: EXT. QUAY - DAY"]);
}

#[test]
fn scene_headings_begin_with_where() {
    check("INT. HALL - DAY\n\nint hall - night", &["heading: INT. HALL - DAY", "heading: int hall - night"]);
    check("I/E CAR - DUSK #7B#", &["heading 7B: I/E CAR - DUSK"]);
    check("INTERVAL IN THE HALL", &["action: INTERVAL IN THE HALL"]);
    check(".FLASHBACK", &["heading: FLASHBACK"]);
    check("...and then nothing.", &["action: ...and then nothing."]);
    check("He looks.\nINT. is a word here.", &["action: He looks. / INT. is a word here."]);
}

#[test]
fn whoever_is_named_in_capitals_before_a_line_speaks_it() {
    check("ADA\nGood morning.", &["character: ADA", "dialogue: Good morning."]);
    check(
        "ADA (on the radio)\n(low)\nListen.\nNow.",
        &["character: ADA (on the radio)", "parenthetical: (low)", "dialogue: Listen. / Now."],
    );
    check("@McAllister\nAye.", &["character: McAllister", "dialogue: Aye."]);
    check("ADA\n\nNobody.", &["action: ADA", "action: Nobody."]);
    check("1812\nWas a year.", &["action: 1812 / Was a year."]);
    check("ADA\nOne.\n  \nTwo.\n\nThree.", &["character: ADA", "dialogue: One. /  / Two.", "action: Three."]);
    check("ADA\nNow!\n\nBO ^\nNow!", &["character: ADA", "dialogue: Now!", "beside: BO", "dialogue: Now!"]);
    check("ADA\n~ la la\nStop.", &["character: ADA", "lyric: la la", "dialogue: Stop."]);
}

#[test]
fn marks_say_what_a_line_is() {
    check("CUT TO:\n\nEXT. SEA - DAY", &["transition: CUT TO:", "heading: EXT. SEA - DAY"]);
    check("> Fade out.", &["transition: Fade out."]);
    check("> THE END <", &["centered: THE END"]);
    check("!INT. is how he spells it", &["action: INT. is how he spells it"]);
    check("~ Row, row", &["lyric: Row, row"]);
    check(
        "# Act one\n## Sequence\n= They meet.",
        &["section 1: Act one", "section 2: Sequence", "synopsis: They meet."],
    );
    check("before\n\n=====\n\nafter", &["action: before", "pagebreak: ", "action: after"]);
}

#[test]
fn notes_stand_aside_and_the_boneyard_is_gone() {
    check("She waits. [[prop: lantern]] Long.", &["action: She waits.  Long.", "note: prop: lantern"]);
    check("ADA\n[[softer?]]\nHello.", &["character: ADA", "dialogue: Hello.", "note: softer?"]);
    check("[[a note\nover lines]]", &["note: a note over lines"]);
    check("[[no note\n\nat all]]", &["action: [[no note", "action: at all]]"]);
    check("One /* cut\n\nall this */ two", &["action: One  two"]);
    check("One /* never closed", &["action: One /* never closed"]);
}

#[test]
fn scenes_know_place_time_and_length() {
    let long = "Rain. ".repeat(200);
    let script =
        parse(&format!("before\n\nINT./EXT. FERRY - BRIDGE - NIGHT\n\n= Storm.\n\n{long}\n\n.ELSEWHERE\n\nX."));
    let scenes = scenes(&script);
    assert_eq!(scenes.len(), 2);
    let first = &scenes[0];
    assert_eq!((first.heading.setting, first.heading.place.as_str()), (Setting::Both, "FERRY - BRIDGE"));
    assert!(first.heading.is_night() && first.synopsis == "Storm." && first.eighths == 4, "{first:?}");
    assert_eq!((scenes[1].heading.setting, scenes[1].eighths, scenes[1].number.as_str()), (Setting::Unsaid, 1, "2"));
}

#[test]
fn names_and_emphasis_are_told_plainly() {
    assert_eq!(speaker("_Ada_ (V.O.)"), "ADA");
    assert_eq!(plain("***very*** \\*plain\\* _text_"), "very *plain* text");
}

/// Texts made of what scripts are made of, in any order.
fn scriptish() -> impl Strategy<Value = String> {
    let parts = proptest::sample::select(vec![
        "\n",
        "\n\n",
        "  ",
        "INT. HALL - DAY",
        "EXT.",
        "ADA",
        "ADA ^",
        "(",
        ")",
        "(quick)",
        "[[",
        "]]",
        "/*",
        "*/",
        "#",
        "#3#",
        "=",
        "===",
        ">",
        "<",
        "~",
        "!",
        "@",
        ".",
        "..",
        "TO:",
        "CUT TO:",
        "Title: X",
        "\t",
        "\r",
        "\u{0}",
        "ż🎬",
        "word ",
    ]);
    proptest::collection::vec(parts, 0..60).prop_map(|parts| parts.concat())
}

fn holds(text: &str) {
    let script = parse(text);
    let lines = text.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count() + 1;
    let mut before = 0;
    for element in &script.elements {
        assert!((1..=lines).contains(&element.line), "line {} of {lines}: {text:?}", element.line);
        assert!(element.kind == Kind::Note || element.line >= before, "out of order: {text:?}");
        if element.kind != Kind::Note {
            before = element.line;
        }
        let is_empty = element.text.trim().is_empty();
        let may_be = !matches!(element.kind, Kind::Dialogue | Kind::Note | Kind::Parenthetical);
        assert!(!is_empty || may_be, "an empty {:?}: {text:?}", element.kind);
    }
    let headings = script.elements.iter().filter(|one| matches!(one.kind, Kind::Heading { .. })).count();
    let scenes = scenes(&script);
    assert_eq!(scenes.len(), headings, "{text:?}");
    assert!(scenes.iter().all(|scene| scene.eighths >= 1));
}

proptest! {
    #[test]
    fn any_script_is_read(text in scriptish()) {
        holds(&text);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,300}") {
        holds(&text);
    }
}
