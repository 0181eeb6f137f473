//! What FFmpeg tells of itself on the pipe that `-progress` names.

/// How far it is, from one line of the report; `None`: the line tells something else.
pub(super) fn out_time_ms(line: &str) -> Option<i64> {
    // `out_time_ms` is in microseconds, too, in every version there is; `out_time_us` says so.
    let microseconds: i64 = line.trim().strip_prefix("out_time_us=")?.parse().ok()?;
    Some((microseconds / 1000).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_are_told() {
        assert_eq!(out_time_ms("out_time_us=2040000\n"), Some(2040));
        assert_eq!(out_time_ms("out_time_us=-5"), Some(0));
        assert_eq!(out_time_ms("out_time_us=N/A"), None);
        assert_eq!(out_time_ms("progress=end"), None);
    }
}
