//! Claims of whole runbooks, each with its line.

use callsheet_diag::SourceText;
use callsheet_runbook::{FlowFile, FlowSurroundings};

use super::{Asked, claims};
use crate::OwnCommand;
use crate::claim::Claimed;

fn check(text: &str, expected: &[&str]) {
    check_with(text, &FlowSurroundings::default(), expected);
}

fn check_with(text: &str, around: &FlowSurroundings, expected: &[&str]) {
    let source = SourceText::new("a.md", text);
    let reading = callsheet_runbook::read_with(&source, around);
    let runs = OwnCommand { name: "runs".to_owned(), options: vec!["--limit".to_owned()], commands: Vec::new() };
    let own = OwnCommand { name: "callsheet".to_owned(), options: Vec::new(), commands: vec![runs] };
    let found = claims(&Asked { source: &source, reading: &reading, own: &own });
    let shown: Vec<String> = found
        .into_iter()
        .filter(|claim| !matches!(claim.what, Claimed::Rehearsal { .. }))
        .map(|claim| format!("{} {}", source.line_of(claim.span.start), show(&claim.what)))
        .collect();
    assert_eq!(shown, expected, "{text}");
}

fn show(what: &Claimed) -> String {
    let at = |folder: &Option<String>| folder.clone().unwrap_or_else(|| "?".to_owned());
    match what {
        Claimed::Program { name } => format!("program {name}"),
        Claimed::File { path, folder, role } => format!("{role:?} {}:{path}", at(folder)),
        Claimed::Task { runner, name, folder, .. } => format!("{runner:?} {folder}:{name}"),
        Claimed::ComposeService { name, files, .. } => format!("service {}:{name}", files.join(",")),
        Claimed::Link { path, anchor } => format!("link {path}#{}", anchor.clone().unwrap_or_default()),
        Claimed::ScriptOption { option, .. } => format!("option {option}"),
        Claimed::ScriptWord { word, .. } => format!("word {word}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn flows_in_files_claim_what_they_ask_where_they_are_called() {
    let text =
        "GET http://localhost:8080/health\nHTTP 200\n\nPOST http://localhost:9000/x\nHTTP 201\n\nGET {{base}}/y\n";
    let file = FlowFile { path: "tests/a.hurl".to_owned(), text: text.to_owned() };
    let around = FlowSurroundings { files: [("tests/a.hurl".to_owned(), Ok(file))].into(), program: None };
    check_with(
        "# T\n\n```bash\nhurl --test --variables-file env/dev.env tests/a.hurl\n```\n",
        &around,
        &["4 Read :env/dev.env", "4 Page { url: \"http://localhost:8080/health\" }"],
    );
}

#[test]
fn commands_claim_programs_files_and_tasks_where_they_stand() {
    check(
        "# T\n\n```bash\ncd web\nsudo -u app npm run build\nscripts/a.sh on --keep 3\n```\n",
        &[
            "4 Folder :web",
            "5 program sudo",
            "5 program npm",
            "5 Npm web:build",
            "6 Started web:scripts/a.sh",
            "6 word on",
            "6 option --keep",
        ],
    );
    check(
        "# T\n\n```bash\n(cd a; make x)\nmake -C b y\n```\n",
        &["4 Folder :a", "4 program make", "4 Make a:x", "5 program make", "5 Make b:y"],
    );
    check(
        "# T\n\n```bash\ndocker compose -f d/c.yaml up -d web\n```\n",
        &["4 program docker", "4 Read :d/c.yaml", "4 service d/c.yaml:web"],
    );
}

#[test]
fn cases_on_one_line_are_looked_into() {
    check(
        "# T\n\n```bash\ncase $1 in up) case $2 in all) scripts/a.sh ;; esac ;; down) make b ;; esac\n```\n",
        &["4 Started :scripts/a.sh", "4 program make", "4 Make :b"],
    );
    check(
        "# T\n\n```bash\nx=$(case $1 in up) scripts/a.sh ;; *) scripts/b.sh ;; esac)\nscripts/c.sh\n```\n",
        &["4 Started :scripts/a.sh", "4 Started :scripts/b.sh", "5 Started :scripts/c.sh"],
    );
    // Patterns are no programs, words no tasks.
    check("# T\n\n```bash\ncase $1 in make) case $2 in npm|a/b.sh) : ;; esac ;; esac\n```\n", &[]);
}

#[test]
fn what_is_made_computed_or_to_be_filled_in_is_no_claim() {
    check(
        "# T\n\n```bash\nmkdir -p out/x\ncat out/x/log.txt > out/y.txt\n```\n",
        &["4 program mkdir", "5 program cat"],
    );
    check("# T\n\n```bash\ncat \"$HOME/x/y.txt\" a/*.txt <name>/b.txt\n```\n", &["4 program cat"]);
    check("# T\n\n```bash\ngreet() {\n  true\n}\ngreet a/b.txt\n```\n", &[]);
    check("# T\n\n```bash\nssh web-1.example.com 'ls /srv/app/conf.d'\n```\n", &["4 program ssh"]);
}

#[test]
fn words_claim_links_and_paths() {
    check(
        "# T\n\nSee [a](b.md#c), [d](#t), <https://example.com/x> and `ops/e.sh now`.\n",
        &["3 link b.md#c", "3 link #t", "3 Mentioned :ops/e.sh"],
    );
    check("# T\n\n![p](img/q.svg)\n", &["3 link img/q.svg#"]);
    check("# T\n\nSee [two\nlines](b.md).\n", &["4 link b.md#"]);
}

#[test]
fn queries_claim_tables_and_dates_claim_reviews() {
    check(
        "# T\n\n```sql {db=main}\nselect a from b;\n```\n\n## Document control\n\n| field | value |\n| --- | --- |\n| Next review | 2020-01-03 |\n",
        &[
            "4 Column { database: Some(\"main\"), table: \"b\", column: \"a\" }",
            "4 Table { database: Some(\"main\"), table: \"b\" }",
            "11 Review { due: 18264, stated: \"was due on 2020-01-03\" }",
        ],
    );
}
