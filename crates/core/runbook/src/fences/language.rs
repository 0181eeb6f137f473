//! The language that an info string names.

use crate::words::{Lowered, trim};

/// What kind of language a fence names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// No language given.
    None,
    /// `bash`, `sh`, `shell`, `zsh`, …
    Shell,
    /// `console`, `shell-session`: commands with prompts and output between.
    Session,
    /// PowerShell and Windows commands.
    Windows,
    /// Any SQL dialect.
    Sql,
    /// PromQL.
    Promql,
    /// Other query languages (LogQL, KQL, Lucene, …): a person runs them.
    Query,
    /// The Hurl format.
    Hurl,
    /// A raw HTTP request.
    Http,
    /// Typed into some program's own console (Ruby, Python, mongo, redis).
    Repl,
    /// Configuration or program text.
    Code,
    /// Plain text, logs, output.
    Text,
    /// A name we do not know.
    Unknown,
}

impl Language {
    /// From the first word of an info string.
    pub fn named(name: &str) -> Language {
        match Lowered::of(name).as_str().trim_start_matches(['.', '{']).trim_end_matches('}') {
            "" => Language::None,
            "bash" | "sh" | "shell" | "zsh" | "ksh" | "fish" | "ash" | "dash" | "shellscript" | "shell-script"
            | "cli" | "command" | "commandline" | "cmdline" | "run" | "zsh-session" => Language::Shell,
            "console" | "shell-session" | "shellsession" | "sh-session" | "bash-session" | "terminal" | "term"
            | "session" | "tty" => Language::Session,
            "powershell" | "ps1" | "pwsh" | "ps" | "cmd" | "bat" | "batch" | "dosbatch" => Language::Windows,
            "sql" | "mysql" | "psql" | "pgsql" | "postgres" | "postgresql" | "plpgsql" | "sqlite" | "sqlite3"
            | "mariadb" => Language::Sql,
            "promql" | "metricsql" => Language::Promql,
            "logql" | "kql" | "kusto" | "lucene" | "esql" | "spl" | "splunk" | "flux" | "influxql" | "dql" | "nrql"
            | "jql" | "cypher" | "jmespath" | "cql" | "cassandra" | "bigquery" | "hql" | "plsql" | "tsql" => {
                Language::Query
            }
            "hurl" => Language::Hurl,
            "http" | "rest" | "restclient" => Language::Http,
            "ruby" | "rb" | "irb" | "python" | "py" | "python3" | "ipython" | "pycon" | "mongo" | "mongosh"
            | "mongodb" | "redis" | "elixir" | "iex" | "r" => Language::Repl,
            "yaml" | "yml" | "json" | "jsonc" | "json5" | "jsonl" | "ndjson" | "toml" | "ini" | "cfg" | "conf"
            | "config" | "nginx" | "apache" | "apacheconf" | "xml" | "html" | "css" | "scss" | "properties" | "env"
            | "dotenv" | "dockerfile" | "docker" | "hcl" | "terraform" | "tf" | "php" | "java" | "go" | "golang"
            | "rust" | "rs" | "ts" | "tsx" | "typescript" | "js" | "jsx" | "javascript" | "c" | "cpp" | "c++"
            | "csharp" | "cs" | "kotlin" | "swift" | "scala" | "groovy" | "lua" | "perl" | "makefile" | "make"
            | "diff" | "patch" | "mermaid" | "plantuml" | "dot" | "csv" | "tsv" | "graphql" | "proto" | "protobuf"
            | "markdown" | "md" | "rst" | "vim" | "systemd" | "service" | "crontab" | "cron" | "haproxy" | "caddy"
            | "jinja" | "jinja2" | "jsonnet" | "libsonnet" | "rego" | "gradle" | "vue" | "svelte" | "math" | "tree"
            | "regex" => Language::Code,
            "text" | "txt" | "plain" | "plaintext" | "log" | "logs" | "output" | "none" | "stdout" | "stderr"
            | "ascii" | "raw" | "no-highlight" | "nohighlight" | "out" | "message" | "slack" | "email" | "mail" => {
                Language::Text
            }
            _ => Language::Unknown,
        }
    }
}

/// The language's name and the attributes part of an info string: `bash {name=x}` → `("bash", "{name=x}")`.
pub fn split_info(info: &str) -> (&str, &str) {
    let info = trim(info);
    if info.starts_with("{.") || info.starts_with("{code") {
        let inner = info.trim_matches(['{', '}']);
        let name = inner.split([' ', ',']).next().unwrap_or_default();
        return (name.trim_start_matches('.'), "");
    }
    let end = info.find(|c: char| c.is_whitespace() || c == '{' || c == ',' || c == ':').unwrap_or(info.len());
    (&info[..end], trim(&info[end..]))
}
