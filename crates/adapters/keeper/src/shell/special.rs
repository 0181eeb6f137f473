//! Variables that are bash's own, or belong to one step: they do not pass from step to step.

/// True if the variable stays behind.
pub(super) fn stays_behind(name: &str) -> bool {
    const OWN: [&str; 44] = [
        "_",
        "BASH",
        "BASHOPTS",
        "BASHPID",
        "COLUMNS",
        "COMP_CWORD",
        "COMP_KEY",
        "COMP_LINE",
        "COMP_POINT",
        "COMP_TYPE",
        "COMP_WORDBREAKS",
        "COMP_WORDS",
        "COPROC",
        "COPROC_PID",
        "DIRSTACK",
        "EPOCHREALTIME",
        "EPOCHSECONDS",
        "EUID",
        "FUNCNAME",
        "GLOBSORT",
        "GROUPS",
        "HISTCMD",
        "LINENO",
        "LINES",
        "OPTERR",
        "OPTIND",
        "PIPESTATUS",
        "PPID",
        "PWD",
        "RANDOM",
        "READLINE_ARGUMENT",
        "READLINE_LINE",
        "READLINE_MARK",
        "READLINE_POINT",
        "SECONDS",
        "SHELLOPTS",
        "SHLVL",
        "SRANDOM",
        "UID",
        "HOSTTYPE",
        "MACHTYPE",
        "OSTYPE",
        "HISTFILE",
        "HISTSIZE",
    ];
    OWN.contains(&name)
        || name.starts_with("__callsheet_")
        || name.starts_with("CALLSHEET_")
        || (name.starts_with("BASH_") && name != "BASH_ENV")
}

/// `set -o` options that do not pass: errexit and pipefail are ruled by the step's shell, the others make sense only for a
/// shell with a person before it, or would keep the next step from running.
pub(super) const OPTIONS_OF_THE_STEP: [&str; 13] = [
    "errexit",
    "pipefail",
    "noexec",
    "onecmd",
    "privileged",
    "history",
    "histexpand",
    "monitor",
    "notify",
    "emacs",
    "vi",
    "ignoreeof",
    "posix",
];

/// `shopt` options that cannot be set or are bash's own.
pub(super) const SHOPT_OF_THE_STEP: [&str; 3] = ["login_shell", "restricted_shell", "syslog_history"];

/// `set -o` options that a new bash has on.
pub(super) const OPTIONS_ON_AT_FIRST: [&str; 3] = ["braceexpand", "hashall", "interactive-comments"];

/// `shopt` options that a new bash has on.
pub(super) const SHOPT_ON_AT_FIRST: [&str; 13] = [
    "checkwinsize",
    "cmdhist",
    "complete_fullquote",
    "extquote",
    "force_fignore",
    "globasciiranges",
    "globskipdots",
    "hostcomplete",
    "interactive_comments",
    "patsub_replacement",
    "progcomp",
    "promptvars",
    "sourcepath",
];
