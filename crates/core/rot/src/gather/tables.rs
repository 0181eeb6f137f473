//! Tables and columns that SQL statements name. What is ambiguous is left out.

use std::collections::{BTreeMap, BTreeSet};

/// A word, a sign, or a text in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    text: String,
    line: usize,
    /// A name: a bare word or one in double quotes or backticks.
    name: bool,
}

/// A table, or a column of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) table: String,
    pub(super) column: Option<String>,
    /// As written.
    pub(super) raw: String,
    /// 0-based.
    pub(super) line: usize,
}

const KEYWORDS: &str = "select from where and or not null is in like ilike between order by group having limit offset asc desc case when then \
else end distinct as on left right inner outer full cross natural join using union all any some exists true false interval date time \
timestamp current_date current_time current_timestamp now values set default returning with recursive explain analyze verbose filter \
over partition rows range preceding following current row unbounded nulls first last fetch next only for update share collate escape \
intersect except similar to cast text int integer bigint numeric boolean rowid oid ctid xmin lateral glob regexp rlike div mod year month \
day hour minute second epoch at zone both leading trailing begin commit rollback transaction read write";
const NOT_OURS: [&str; 6] = ["pg_catalog", "information_schema", "mysql", "performance_schema", "sys", "temp"];
/// Functions in whose brackets `from` names no table.
const ODD_FROM: [&str; 5] = ["extract", "substring", "trim", "overlay", "position"];

/// Everything that the statements name in a way that only a table or column can be meant.
pub(super) fn named(sql: &str) -> Vec<Named> {
    let tokens = tokens(sql);
    let mut made = BTreeSet::new();
    let mut found = Vec::new();
    for statement in tokens.split(|token| token.text == ";" && !token.name) {
        made.extend(creates(statement));
        found.extend(of_statement(statement));
    }
    found.retain(|one| !made.contains(&one.table));
    found
}

fn creates(tokens: &[Token]) -> Option<String> {
    let word = |at: usize| tokens.get(at).map(|token| token.text.as_str());
    if word(0) != Some("create") {
        return None;
    }
    let at = tokens.iter().position(|token| token.text == "table" || token.text == "view")?;
    let skip = if word(at + 1) == Some("if") { 4 } else { 1 };
    word(at + skip).map(str::to_owned)
}

fn of_statement(tokens: &[Token]) -> Vec<Named> {
    let first = tokens.first().map_or("", |token| token.text.as_str());
    if !matches!(first, "select" | "with" | "explain" | "insert" | "update" | "delete") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut aliases: BTreeMap<String, String> = BTreeMap::new();
    let ctes: BTreeSet<&str> = tokens
        .windows(3)
        .filter(|three| three[0].name && three[1].text == "as" && three[2].text == "(")
        .map(|three| three[0].text.as_str())
        .collect();
    let mut spent = BTreeSet::new();
    let mut brackets: Vec<bool> = Vec::new();
    let mut complex = !ctes.is_empty() || tokens.iter().filter(|token| token.text == "select").count() > 1;
    for at in 0..tokens.len() {
        match tokens[at].text.as_str() {
            "(" => brackets.push(at > 0 && ODD_FROM.contains(&tokens[at - 1].text.as_str())),
            ")" => {
                brackets.pop();
            }
            "from" | "join" | "update" | "into" => {
                let for_update = tokens[at].text == "update" && at > 0 && tokens[at - 1].text == "for";
                if brackets.last() != Some(&true) && !for_update {
                    complex |= !from(tokens, at + 1, &ctes, &mut aliases, &mut spent, &mut found);
                }
            }
            _ => {}
        }
    }
    columns(tokens, &aliases, &spent, complex || first != "select", &mut found);
    found
}

/// Reads `a.b AS c, d e` from `at`; `false` if something else than plain tables stands there.
fn from(
    tokens: &[Token],
    mut at: usize,
    ctes: &BTreeSet<&str>,
    aliases: &mut BTreeMap<String, String>,
    spent: &mut BTreeSet<usize>,
    found: &mut Vec<Named>,
) -> bool {
    loop {
        let Some(token) = tokens.get(at).filter(|token| token.name && !is_keyword(&token.text)) else { return false };
        let mut table = token;
        let mut schema = None;
        spent.insert(at);
        while tokens.get(at + 1).is_some_and(|token| token.text == ".") {
            let Some(next) = tokens.get(at + 2) else { return false };
            schema = Some(table.text.as_str());
            table = next;
            spent.insert(at + 2);
            at += 2;
        }
        if tokens.get(at + 1).is_some_and(|token| token.text == "(")
            && !matches!(tokens.get(at.wrapping_sub(1)), Some(into) if into.text == "into")
        {
            return false;
        }
        let foreign = schema.is_some_and(|schema| NOT_OURS.contains(&schema))
            || table.text.starts_with("pg_")
            || table.text.starts_with("sqlite_");
        let plain = !foreign && !ctes.contains(table.text.as_str());
        if plain {
            found.push(Named { table: table.text.clone(), column: None, raw: table.text.clone(), line: table.line });
            aliases.insert(table.text.clone(), table.text.clone());
        }
        at += 1;
        if tokens.get(at).is_some_and(|token| token.text == "as") {
            at += 1;
        }
        if let Some(alias) = tokens.get(at).filter(|token| token.name && !is_keyword(&token.text)) {
            spent.insert(at);
            if plain {
                aliases.insert(alias.text.clone(), table.text.clone());
            }
            at += 1;
        }
        if tokens.get(at).is_none_or(|token| token.text != ",") {
            return plain;
        }
        at += 1;
    }
}

fn columns(
    tokens: &[Token],
    aliases: &BTreeMap<String, String>,
    spent: &BTreeSet<usize>,
    qualified_only: bool,
    found: &mut Vec<Named>,
) {
    let tables: BTreeSet<&String> = aliases.values().collect();
    let outputs: BTreeSet<&str> =
        tokens.windows(2).filter(|two| two[0].text == "as").map(|two| two[1].text.as_str()).collect();
    for (at, token) in tokens.iter().enumerate().filter(|(at, token)| token.name && !spent.contains(at)) {
        let before = at.checked_sub(1).map_or("", |at| tokens[at].text.as_str());
        let after = tokens.get(at + 1).map_or("", |token| token.text.as_str());
        if before == "." {
            let Some(table) = at.checked_sub(2).and_then(|at| aliases.get(&tokens[at].text)) else { continue };
            let raw = format!("{}.{}", tokens[at - 2].text, token.text);
            if after != "(" && after != "." {
                found.push(Named { table: table.clone(), column: Some(token.text.clone()), raw, line: token.line });
            }
            continue;
        }
        let alias = at > 0 && (before == ")" || tokens[at - 1].name && !is_keyword(before));
        let output = outputs.contains(token.text.as_str()) || before == "as" || before == ":";
        if qualified_only
            || tables.len() != 1
            || after == "."
            || after == "("
            || alias
            || output
            || is_keyword(&token.text)
        {
            continue;
        }
        if let Some(table) = tables.first() {
            found.push(Named {
                table: (*table).clone(),
                column: Some(token.text.clone()),
                raw: token.text.clone(),
                line: token.line,
            });
        }
    }
}

fn is_keyword(text: &str) -> bool {
    KEYWORDS.split_whitespace().any(|word| word == text)
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for (line, text) in sql.lines().enumerate() {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if rest.starts_with("--") || first == '#' {
                break;
            }
            let length = match first {
                '\'' => rest[1..].find('\'').map_or(rest.len(), |at| at + 2),
                '"' | '`' => rest[1..].find(first).map_or(rest.len(), |at| at + 2),
                c if c.is_alphabetic() || c == '_' => {
                    rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len())
                }
                c if c.is_ascii_digit() => rest.find(|c: char| !c.is_alphanumeric() && c != '.').unwrap_or(rest.len()),
                ':' if rest.starts_with("::") => 2,
                c => c.len_utf8(),
            };
            let piece = &rest[..length];
            let quoted = matches!(first, '"' | '`');
            if first == '\'' {
                found.push(Token { text: "''".to_owned(), line, name: false });
            } else if !first.is_whitespace() {
                let name = quoted || first.is_alphabetic() || first == '_';
                let bare = if quoted { piece.trim_matches(first) } else { piece };
                let text = if piece == "::" { ":".to_owned() } else { bare.to_lowercase() };
                found.push(Token { text, line, name });
            }
            rest = &rest[length..];
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::named;

    fn check(sql: &str, expected: &[&str]) {
        let found: Vec<String> = named(sql)
            .into_iter()
            .map(|one| match one.column {
                Some(column) => format!("{}.{column}@{}", one.table, one.line),
                None => format!("{}@{}", one.table, one.line),
            })
            .collect();
        assert_eq!(found, expected, "{sql}");
    }

    #[test]
    fn only_what_must_be_a_table_or_column_is_one() {
        check("select count(*) from a;", &["a@0"]);
        check("SELECT x.b AS n\nFROM a x JOIN c ON c.d = x.e", &["a@1", "c@1", "a.b@0", "c.d@1", "a.e@1"]);
        check("select b, max(c) m from a where d = 'e' ", &["a@0", "a.b@0", "a.c@0", "a.d@0"]);
        check("with t as (select 1) select * from t", &[]);
        check("select extract(epoch from b) from a", &["a@0", "a.b@0"]);
        check("select * from pg_stat_activity; select * from information_schema.tables", &[]);
        check("create table t (a int); select a from t", &[]);
        check("select a from (select b from c) d", &["c@0"]);
        check("select * from generate_series(1, 3) n", &[]);
        check("update a set b = 1 where c.d = 2", &["a@0"]);
        check("select b::text from a", &["a@0", "a.b@0"]);
    }
}
