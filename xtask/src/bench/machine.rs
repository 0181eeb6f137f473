//! Under which circumstances the figures were made.

use std::process::Command;

/// One line: date, machine, load.
pub fn describe() -> String {
    let date = output("date", &["-u", "+%Y-%m-%d %H:%M UTC"]);
    let model = field("/proc/cpuinfo", "model name");
    let memory_gib = field("/proc/meminfo", "MemTotal").split(' ').next().and_then(|kib| kib.parse::<u64>().ok());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!(
        "{date} · {} × {model} · {} GiB · {} · load before {}",
        std::thread::available_parallelism().map_or(1, usize::from),
        memory_gib.unwrap_or(0) / (1 << 20),
        output("uname", &["-sr"]),
        load.split(' ').next().unwrap_or("unknown"),
    )
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or("unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The value of the first line `name : value`.
fn field(path: &str, name: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_once(':')).map_or("unknown".to_owned(), |(_, value)| value.trim().to_owned())
}
