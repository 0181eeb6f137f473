//! Media made by FFmpeg itself, once for all tests.

use std::process::Command;
use std::sync::OnceLock;

fn made(ending: &str, arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("sample.{ending}"));
    let done = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments).arg(&path).output();
    let done = done.expect("FFmpeg is needed by this test: apt-get install ffmpeg");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read(path).unwrap()
}

/// Two seconds: the first red, the second blue, with a tone.
pub fn film() -> Vec<u8> {
    static FILM: OnceLock<Vec<u8>> = OnceLock::new();
    let graph =
        "color=red:s=320x180:r=25:d=1[a];color=blue:s=320x180:r=25:d=1[b];[a][b]concat=n=2[v];sine=440:d=2:r=48000[s]";
    let make = || {
        let words = [
            "-filter_complex",
            graph,
            "-map",
            "[v]",
            "-map",
            "[s]",
            "-c:v",
            "libx264",
            "-g",
            "5",
            "-pix_fmt",
            "yuv420p",
        ];
        made("mp4", &[&words[..], &["-c:a", "aac", "-movflags", "+faststart"]].concat())
    };
    FILM.get_or_init(make).clone()
}

/// A second of a tone.
pub fn sound() -> Vec<u8> {
    static SOUND: OnceLock<Vec<u8>> = OnceLock::new();
    SOUND.get_or_init(|| made("wav", &["-f", "lavfi", "-i", "sine=880:d=1:r=16000"])).clone()
}

/// A green picture.
pub fn picture() -> Vec<u8> {
    static PICTURE: OnceLock<Vec<u8>> = OnceLock::new();
    let make = || made("png", &["-f", "lavfi", "-i", "color=green:s=320x180", "-frames:v", "1"]);
    PICTURE.get_or_init(make).clone()
}

/// The colour in the middle of a film's frame, as red, green and blue.
pub fn color_at(film: &std::path::Path, at: &str) -> (u8, u8, u8) {
    let crop = "crop=2:2:in_w/2:in_h/3,format=rgb24";
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-ss", at, "-i"])
        .arg(film)
        .args(["-frames:v", "1", "-vf", crop, "-f", "rawvideo", "pipe:1"])
        .output()
        .unwrap();
    assert!(done.stdout.len() >= 3, "no frame at {at}: {}", String::from_utf8_lossy(&done.stderr));
    (done.stdout[0], done.stdout[1], done.stdout[2])
}
