//! What bash reads before a step's script, and the environment it is given.

use std::collections::BTreeMap;

use super::declared::{Value, Variable};
use super::quote::quoted;
use super::special::stays_behind;
use super::state::ShellState;
use crate::protocol::NamedSecret;

/// Written instead of a state if the script is not valid shell.
pub const SYNTAX_MARK: &[u8] = b"syntax";

/// Longer values are not put into the environment by us: the kernel takes at most 128 KiB for one.
const LONGEST_ENVIRONMENT_VALUE: usize = 100 << 10;

/// Everything the prologue depends on.
pub struct Prologue<'a> {
    /// The script, for its syntax check.
    pub script: &'a str,
    /// State to begin with, secrets put back.
    pub state: Option<&'a ShellState>,
    /// The caller's environment.
    pub env: &'a [(String, String)],
    /// Declared secrets.
    pub secrets: &'a [NamedSecret],
    /// Where the state is written at the end.
    pub dump_path: &'a str,
    /// Whether to write it.
    pub save: bool,
}

impl Prologue<'_> {
    /// The shell text.
    pub fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        self.restore_variables(&mut text);
        self.restore_bash_env(&mut text);
        self.check_syntax(&mut text);
        if self.save {
            self.set_traps(&mut text);
        }
        self.restore_options(&mut text);
        text
    }

    /// The environment for the shell; `BASH_ENV` is added by whoever knows where the prologue is.
    pub fn environment(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let mut environment = BTreeMap::new();
        for (name, value) in self.env {
            if self.state.is_none() || is_the_callers(name) {
                environment.insert(name.clone().into_bytes(), value.clone().into_bytes());
            }
        }
        for variable in self.state.iter().flat_map(|state| &state.variables) {
            if let Some(value) = exported(variable) {
                environment.insert(variable.name.clone().into_bytes(), value.to_vec());
            }
        }
        for secret in self.secrets {
            environment.insert(secret.name.clone().into_bytes(), secret.value.expose().clone().into_bytes());
        }
        environment
    }

    fn restore_variables(&self, text: &mut Vec<u8>) {
        let Some(state) = self.state else { return };
        text.extend_from_slice(format!("umask {}\n", state.umask).as_bytes());
        for variable in &state.variables {
            if exported(variable).is_none() && variable.name != "BASH_ENV" {
                declare(variable, text);
            }
        }
        text.extend_from_slice(&state.functions.0);
        text.push(b'\n');
        text.extend_from_slice(&state.function_flags.0);
        text.extend_from_slice(&state.aliases.0);
    }

    /// `BASH_ENV` brought the shell here; scripts that the step starts must see the one it was meant to have.
    fn restore_bash_env(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(b"unset BASH_ENV\n");
        if let Some(state) = self.state {
            state
                .variables
                .iter()
                .filter(|variable| variable.name == "BASH_ENV")
                .for_each(|variable| declare(variable, text));
        } else if let Some((_, file)) = self.env.iter().find(|(name, value)| name == "BASH_ENV" && !value.is_empty()) {
            let file = String::from_utf8_lossy(&quoted(file.as_bytes())).into_owned();
            text.extend_from_slice(
                format!("export BASH_ENV={file}\nif [[ -r $BASH_ENV ]]; then . \"$BASH_ENV\"; fi\n").as_bytes(),
            );
        }
    }

    /// Parses the whole script before any of it runs. Two kinds of brackets, because a script could close and reopen one
    /// kind by mistake. If it does not parse, bash is told to run nothing and then prints its own words about the script.
    fn check_syntax(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(b"__callsheet_script=");
        text.extend_from_slice(&quoted(self.script.as_bytes()));
        text.extend_from_slice(
            format!(
                r#"
if shopt -q extglob; then __callsheet_extglob=s; else __callsheet_extglob=u; shopt -s extglob; fi
if {{ eval "__callsheet_check() {{ {{ :
$__callsheet_script

}}; }}" && eval "__callsheet_check() {{ ( :
$__callsheet_script

); }}"; }} 2>/dev/null; then
unset -f __callsheet_check
shopt -"$__callsheet_extglob" extglob
unset __callsheet_script __callsheet_extglob
else
printf '{}' >|{}
set -n
fi
"#,
                String::from_utf8_lossy(SYNTAX_MARK),
                self.dump_path
            )
            .as_bytes(),
        );
    }

    fn set_traps(&self, text: &mut Vec<u8>) {
        let save = save_text(self.dump_path);
        let quoted_save = String::from_utf8_lossy(&quoted(save.as_bytes())).into_owned();
        text.extend_from_slice(format!("trap {quoted_save} EXIT\n").as_bytes());
        if self.mentions_trap() {
            text.extend_from_slice(trap_function(&quoted_save).as_bytes());
        }
    }

    /// Only a script that could replace the EXIT trap gets the function that keeps both.
    fn mentions_trap(&self) -> bool {
        let in_state = |state: &ShellState| memchr::memmem::find(&state.functions.0, b"trap").is_some();
        self.script.contains("trap")
            || self.script.contains("source ")
            || self.script.contains(". ")
            || self.state.is_some_and(in_state)
    }

    fn restore_options(&self, text: &mut Vec<u8>) {
        let Some(state) = self.state else { return };
        for (letter, names) in [('s', &state.shopt_on), ('u', &state.shopt_off)] {
            if !names.is_empty() {
                // An older bash does not know all of them; none of them is on there.
                text.extend_from_slice(format!("shopt -{letter} {} 2>/dev/null || :\n", names.join(" ")).as_bytes());
            }
        }
        let off: String = state.options_off.iter().map(|name| format!(" +o {name}")).collect();
        // Tracing and verbosity begin last, so that they show the script alone.
        let (loud, on): (Vec<_>, Vec<_>) =
            state.options_on.iter().partition(|name| *name == "xtrace" || *name == "verbose");
        let on: String = on.into_iter().chain(loud).map(|name| format!(" -o {name}")).collect();
        if !off.is_empty() || !on.is_empty() {
            text.extend_from_slice(format!("set{off}{on}\n").as_bytes());
        }
    }
}

/// With a state, the caller's environment gives only what the shell does not own: the step's own variables, and names that
/// are none for bash (which passes them on untouched).
fn is_the_callers(name: &str) -> bool {
    let is_name =
        name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !name.starts_with(|c: char| c.is_ascii_digit());
    name.starts_with("CALLSHEET_") || name == "SHLVL" || (!is_name && !name.starts_with("BASH_FUNC_"))
}

/// The value, if it can pass through the environment alone.
fn exported(variable: &Variable) -> Option<&[u8]> {
    match &variable.value {
        Value::Scalar(value)
            if variable.flags == "x" && variable.name != "BASH_ENV" && value.0.len() < LONGEST_ENVIRONMENT_VALUE =>
        {
            Some(&value.0)
        }
        _ => None,
    }
}

fn declare(variable: &Variable, text: &mut Vec<u8>) {
    debug_assert!(!stays_behind(&variable.name));
    let flags = if variable.flags.is_empty() { "-" } else { &variable.flags };
    text.extend_from_slice(format!("declare -{flags} {}", variable.name).as_bytes());
    match &variable.value {
        Value::Unset => {}
        Value::Scalar(value) => {
            text.push(b'=');
            text.extend_from_slice(&quoted(&value.0));
        }
        Value::Array(entries) => {
            text.extend_from_slice(b"=(");
            for (key, value) in entries {
                text.push(b'[');
                text.extend_from_slice(&quoted(&key.0));
                text.extend_from_slice(b"]=");
                text.extend_from_slice(&quoted(&value.0));
                text.push(b' ');
            }
            text.push(b')');
        }
    }
    text.push(b'\n');
}

/// Writes the state; `$?` is kept in a variable for what comes after it. Nothing in it forks, and nothing of it is traced.
/// Options are not printed: `SHELLOPTS` and `BASHOPTS` are among the variables, and bash makes one system call a line.
fn save_text(dump_path: &str) -> String {
    format!(
        r#"{{ __callsheet_status=$?; {{ builtin unset -f trap __callsheet_return
builtin printf '%s ' ${{FUNCNAME[@]+"${{FUNCNAME[@]}}"}}; builtin printf '\0'
builtin pwd; builtin umask; builtin printf '\0'
builtin alias -p; builtin printf '\0'
builtin declare -p; builtin printf '\0'
builtin declare -F; builtin declare -f; builtin printf '\0end'; }} >|{dump_path} || :; }} 2>/dev/null"#
    )
}

/// Replaces `trap` in scripts that use it: an EXIT trap of theirs runs after ours, with the exit status it expects.
/// Subshells have traps of their own and are left alone.
fn trap_function(quoted_save: &str) -> String {
    format!(
        r#"trap() {{
if [[ $BASHPID != "$$" || $# -lt 2 || $1 == -[lp]* ]]; then builtin trap "$@"; return; fi
if [[ $1 == -- ]]; then shift; fi
local __callsheet_action=$1 __callsheet_condition __callsheet_failed=0
shift
for __callsheet_condition; do
case $__callsheet_condition in
0 | EXIT | [Ee][Xx][Ii][Tt] | [Ss][Ii][Gg][Ee][Xx][Ii][Tt])
case $__callsheet_action in
- | '') builtin trap {quoted_save} EXIT ;;
*) builtin trap {quoted_save}'
{{ __callsheet_return() {{ builtin return "$__callsheet_status"; }}; __callsheet_return && :; }} 2>/dev/null
'"$__callsheet_action" EXIT ;;
esac ;;
*) builtin trap -- "$__callsheet_action" "$__callsheet_condition" || __callsheet_failed=$? ;;
esac
done
return "$__callsheet_failed"
}}
"#
    )
}
