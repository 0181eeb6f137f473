//! Folders as teams have them.

use super::*;

fn set(files: &[(&str, &str)]) -> Set {
    let files = files.iter().map(|(path, text)| File { path: format!("m/{path}"), text: (*text).to_owned() }).collect();
    Set::read(files, Engine::Postgres)
}

fn rules(set: &Set) -> Vec<(&str, String)> {
    set.findings.iter().map(|finding| (finding.rule, finding.place())).collect()
}

fn revisions(set: &Set) -> Vec<(&str, bool)> {
    set.migrations.iter().map(|migration| (migration.revision.as_str(), migration.down.is_some())).collect()
}

#[test]
fn pairs_are_read_in_the_order_of_numbers() {
    let set = set(&[
        ("10_c.up.sql", "select 3;"),
        ("10_c.down.sql", "select 3;"),
        ("9_b.up.sql", "-- no-transaction\nselect 2;"),
        ("9_b.down.sql", "select 2;"),
        ("README.md", "x"),
    ]);
    assert_eq!((set.layout, revisions(&set)), (Some(Layout::Pairs), vec![("9", true), ("10", true)]));
    assert!(set.migrations[0].up.apart && set.findings.is_empty(), "{:?}", set.findings);
}

#[test]
fn sections_keep_their_lines() {
    let text = "-- migrate:up transaction:false\r\ncreate table a ();\r\n\r\n-- migrate:down\r\ndrop table a;\r\n";
    let set = set(&[("20260102030405_a.sql", text)]);
    assert_eq!(set.layout, Some(Layout::Sections));
    let migration = &set.migrations[0];
    let down = migration.down.as_ref().unwrap();
    assert!(migration.up.apart && !down.apart);
    assert_eq!(down.statements(Engine::Postgres).unwrap()[0].line, 5);
    assert_eq!(migration.up.statements(Engine::Postgres).unwrap()[0].text, "create table a ()");
}

#[test]
fn flyway_and_sqlx_are_known() {
    let flyway = set(&[("V1__a.sql", "x"), ("V1.1__b.sql", "x"), ("U1.1__b.sql", "x"), ("R__v.sql", "x")]);
    assert_eq!((flyway.layout, revisions(&flyway)), (Some(Layout::Flyway), vec![("1", false), ("1.1", true)]));
    assert_eq!(rules(&flyway), [("repeatable-file", "m/R__v.sql".to_owned()), ("no-down", "m/V1__a.sql".to_owned())]);
    let sqlx = set(&[("1_a.sql", "x"), ("2_b.sql", "x")]);
    assert_eq!((sqlx.layout, sqlx.findings.len()), (Some(Layout::OneWay), 0));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let found = set(&[
        ("0001_a.up.sql", "x"),
        ("0002_b.up.sql", "x;\ny 'z"),
        ("0002_b.down.sql", "rollback;"),
        ("0002_c.up.sql", "x"),
        ("0005_d.up.sql", "x"),
        ("0005_d.down.sql", "x"),
        ("0007_e.down.sql", "x"),
        ("V8__f.sql", "x"),
        ("seed.sql", "x"),
    ]);
    let expected = [
        ("no-down", "m/0001_a.up.sql"),
        ("not-in-a-migration", "m/0002_b.down.sql:1"),
        ("unreadable-sql", "m/0002_b.up.sql:2"),
        ("duplicate-revision", "m/0002_c.up.sql"),
        ("gap", "m/0005_d.up.sql"),
        ("no-up", "m/0007_e.down.sql"),
        ("mixed-layouts", "m/V8__f.sql"),
        ("unknown-file", "m/seed.sql"),
    ];
    assert_eq!(rules(&found), expected.map(|(rule, place)| (rule, place.to_owned())));
}

#[test]
fn a_new_file_is_named_as_its_neighbours_are() {
    let new = |set: &Set, layout| {
        let files = new_files(set, "m", "Add  owner's e-mail", layout, "20261122101010");
        files.into_iter().map(|file| file.path).collect::<Vec<_>>()
    };
    assert_eq!(new(&set(&[]), None), ["m/0001_add_owner_s_e_mail.up.sql", "m/0001_add_owner_s_e_mail.down.sql"]);
    assert_eq!(new(&set(&[("0009_a.sql", "-- migrate:up")]), None), ["m/0010_add_owner_s_e_mail.sql"]);
    assert_eq!(new(&set(&[("20260101000000_a.sql", "x")]), None), ["m/20261122101010_add_owner_s_e_mail.sql"]);
    assert_eq!(new(&set(&[("V1.4__a.sql", "x")]), None)[0], "m/V2__add_owner_s_e_mail.sql");
}
