//! Watching, editing and asking on the machine itself.

use super::Interactive::{NeverEnds, Terminal};
use super::call::{Call, Verdict};

/// Watching, editing and asking on the machine itself.
pub(super) fn system(call: &Call<'_>) -> Verdict {
    let Call { name, args, plain, raw, piped, redirected, .. } = call;
    let has = |wanted: &str| call.has(wanted);
    let any = |wanted: &[&str]| call.any(wanted);
    let short = |letter: char| call.short(letter);
    Verdict::Wants(match *name {
        "tail" if short('f') || short('F') || any(&["--follow", "--retry"]) => NeverEnds,
        "journalctl" | "dmesg" | "stern" | "kubetail"
            if short('f') || any(&["--follow", "-w"]) || matches!(*name, "stern" | "kubetail") =>
        {
            NeverEnds
        }
        "watch" | "top" | "htop" | "atop" | "btop" | "iotop" | "iftop" | "nload" | "nethogs" | "k9s" | "lazydocker"
        | "glances" | "dstat" | "tcpdump" | "gdb" | "ctop" | "nmtui" => {
            if *name == "top"
                && (short('b')
                    && args.iter().any(|arg| arg.starts_with("-n") || arg.contains('n') && arg.starts_with("-b")))
                || *name == "tcpdump" && (has("-c") || has("-r"))
            {
                return Verdict::Ends;
            }
            if *name == "gdb" && any(&["-batch", "--batch"]) {
                return Verdict::Ends;
            }
            NeverEnds
        }
        "vmstat" | "iostat" | "mpstat" | "sar" | "pidstat"
            if plain.iter().filter(|arg| arg.parse::<u32>().is_ok()).count() == 1 =>
        {
            NeverEnds
        }
        "ping" | "ping6" if !args.iter().any(|arg| arg.starts_with("-c")) => NeverEnds,
        "strace" | "ltrace" | "perf"
            if has("-p") && raw.trim_start().starts_with(name) || has("top") && *name == "perf" =>
        {
            NeverEnds
        }
        "vi" | "vim" | "nvim" | "nano" | "emacs" | "pico" | "mcedit" | "joe" | "ed" | "code" | "$EDITOR"
        | "${EDITOR}" | "visudo" | "vipw" | "vimdiff" | "less" | "more" | "man" => {
            if *piped && !matches!(*name, "less" | "more") {
                return Verdict::Ends;
            }
            Terminal
        }
        "crontab" if has("-e") => Terminal,
        "openssl" if call.sub == "s_client" && !*piped && !*redirected => Terminal,
        "ncdu" | "mc" | "ranger" | "tig" | "lazygit" => Terminal,
        "systemctl" if has("edit") => Terminal,
        "read"
            if !*redirected && raw.trim_start().starts_with("read")
                || *name == "read"
                    && args.iter().any(|arg| arg.starts_with("-p") || arg.contains('p') && arg.starts_with('-')) =>
        {
            Terminal
        }
        "sleep" if has("infinity") => NeverEnds,
        "yes" => NeverEnds,
        "cat" if args.is_empty() && !*piped && !*redirected => Terminal,
        _ => return Verdict::Unknown,
    })
}
