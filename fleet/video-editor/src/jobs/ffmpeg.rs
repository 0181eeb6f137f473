//! The programs `ffmpeg` and `ffprobe`: started without a shell, with nothing of our environment, and ended with whoever waits.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fleet_kit::Faults;
use fleet_kit::health::{Checking, Dependency};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use super::progress::out_time_ms;
use crate::config::FfmpegConfig;
use crate::media::{Probed, Unsound, parse};

/// Containers that are opened; nothing among them refers to other files.
const CONTAINERS: &str = "mov,matroska,webm,mp3,wav,ogg,flac,png_pipe,jpeg_pipe,webp_pipe,image2";
/// The end of what it complains about is kept.
const WORDS_MOST: usize = 2000;
const PROBE_MOST: Duration = Duration::from_secs(30);
/// Health is asked often; FFmpeg's version changes with a deploy.
const VERSION_KEPT: Duration = Duration::from_secs(10);
/// Less than health waits for any check.
const VERSION_MOST: Duration = Duration::from_millis(1500);

/// Why FFmpeg did not do it.
#[derive(Debug, thiserror::Error)]
pub enum FfmpegError {
    #[error("FFmpeg cannot be started: {0}")]
    Start(String),
    #[error("FFmpeg took longer than {} s", .0.as_secs())]
    Timeout(Duration),
    /// Its last words.
    #[error("FFmpeg failed ({status}): {words}")]
    Failed { status: ExitStatus, words: String },
}

/// Starts FFmpeg.
pub struct Ffmpeg {
    config: FfmpegConfig,
    faults: Faults,
    version: Mutex<Option<(Instant, String)>>,
}

impl Ffmpeg {
    pub fn new(config: FfmpegConfig, faults: Faults) -> Ffmpeg {
        Ffmpeg { config, faults, version: Mutex::new(None) }
    }

    fn command(&self, program: &Path, arguments: &[String]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).env_clear().env("LC_ALL", "C.UTF-8").kill_on_drop(true).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    async fn injected(&self) -> Result<(), FfmpegError> {
        self.faults.query("ffmpeg").await.map_err(|fault| FfmpegError::Start(fault.to_string()))
    }

    /// Runs `ffmpeg` with `arguments` in `folder`; `far` is told how many milliseconds of the result are there. Dropping the
    /// future ends the process.
    pub async fn run(
        &self,
        arguments: &[String],
        folder: &Path,
        most: Duration,
        far: impl Fn(i64),
    ) -> Result<(), FfmpegError> {
        self.injected().await?;
        let words = [
            "-hide_banner",
            "-nostdin",
            "-nostats",
            "-v",
            "error",
            "-y",
            "-progress",
            "pipe:1",
            "-stats_period",
            "0.2",
        ];
        let mut all: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        all.extend(["-max_alloc".to_owned(), (512_u64 << 20).to_string()]);
        all.extend(arguments.iter().cloned());
        let child = self.command(&self.config.ffmpeg, &all).current_dir(folder).spawn().map_err(not_started)?;
        match tokio::time::timeout(most, follow(child, far)).await {
            Ok(Ok((status, _))) if status.success() => Ok(()),
            Ok(Ok((status, words))) => Err(FfmpegError::Failed { status, words }),
            Ok(Err(error)) => Err(not_started(error)),
            Err(_) => Err(FfmpegError::Timeout(most)),
        }
    }

    /// What is in a file.
    pub async fn probe(&self, path: &str) -> Result<Probed, Probing> {
        self.injected().await?;
        let arguments = [
            "-v",
            "error",
            "-protocol_whitelist",
            "file",
            "-format_whitelist",
            CONTAINERS,
            "-max_alloc",
            "268435456",
            "-of",
            "json",
            "-show_streams",
            "-show_format",
            "-i",
        ];
        let mut all: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        all.push(format!("file:{path}"));
        let output = self.output(&self.config.ffprobe, &all, PROBE_MOST).await?;
        Ok(parse(&output)?)
    }

    /// Whether a file can be read to its end: its last seconds are decoded.
    pub async fn read_end(&self, path: &str, duration_ms: i64) -> Result<(), Probing> {
        let mut all: Vec<String> =
            ["-hide_banner", "-nostdin", "-v", "error", "-xerror", "-protocol_whitelist", "file"]
                .iter()
                .map(|word| (*word).to_owned())
                .collect();
        if duration_ms > 3000 {
            all.extend(["-ss".to_owned(), format!("{}", (duration_ms - 3000) / 1000)]);
        }
        all.extend(["-i".to_owned(), format!("file:{path}"), "-f".to_owned(), "null".to_owned(), "-".to_owned()]);
        self.output(&self.config.ffmpeg, &all, PROBE_MOST).await.map(drop)
    }

    /// Everything that a program prints; an error if it fails.
    pub async fn output(&self, program: &Path, arguments: &[String], most: Duration) -> Result<Vec<u8>, Probing> {
        let running = self.command(program, arguments).spawn().map_err(not_started)?.wait_with_output();
        let output = match tokio::time::timeout(most, running).await {
            Ok(output) => output.map_err(not_started)?,
            Err(_) => return Err(FfmpegError::Timeout(most).into()),
        };
        if output.status.success() && output.stderr.is_empty() {
            return Ok(output.stdout);
        }
        if output.status.code().is_none() {
            let words = last_words(&output.stderr);
            return Err(FfmpegError::Failed { status: output.status, words }.into());
        }
        Err(Probing::Unsound(Unsound::Damaged(last_words(&output.stderr))))
    }

    /// Samples of the first `length` of a file's sound, mono at `rate` a second, signed with 16 bits.
    pub async fn samples(
        &self,
        path: &str,
        rate: u32,
        length: Duration,
        most: Duration,
    ) -> Result<Vec<u8>, FfmpegError> {
        self.injected().await?;
        let (rate, length) = (rate.to_string(), length.as_secs().to_string());
        let arguments: Vec<String> = [
            "-hide_banner",
            "-nostdin",
            "-v",
            "error",
            "-protocol_whitelist",
            "file,pipe",
            "-i",
            path,
            "-t",
            &length,
            "-vn",
            "-ac",
            "1",
            "-ar",
            &rate,
            "-f",
            "s16le",
            "pipe:1",
        ]
        .iter()
        .map(|word| (*word).to_owned())
        .collect();
        match self.output(&self.config.ffmpeg, &arguments, most).await {
            Ok(samples) => Ok(samples),
            Err(Probing::Ffmpeg(error)) => Err(error),
            Err(Probing::Unsound(why)) => Err(FfmpegError::Start(why.to_string())),
        }
    }

    /// Flags for reading an uploaded file.
    pub fn acceleration(&self) -> Option<&str> {
        self.config.acceleration.as_deref()
    }

    /// The encoder's name; another one under the fault `codec-regression`, as after an upgrade that lost it.
    pub fn encoder(&self, name: &str) -> String {
        if self.faults.is_on(super::CODEC_REGRESSION) { format!("{name}-gone") } else { name.to_owned() }
    }

    /// Asks for the version, so that health knows it: on a busy machine the first start takes a while.
    pub async fn warm(&self) {
        if let Err(error) = self.version(PROBE_MOST).await {
            tracing::error!(%error, "FFmpeg does not tell its version");
        }
    }

    async fn version(&self, most: Duration) -> Result<String, Probing> {
        let now = Instant::now();
        let held = || self.version.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = held().clone();
        if let Some((at, version)) = &known
            && now.duration_since(*at) < VERSION_KEPT
        {
            return Ok(version.clone());
        }
        match (self.output(&self.config.ffmpeg, &["-version".to_owned()], most).await, known) {
            (Ok(said), _) => {
                let said = String::from_utf8_lossy(&said);
                let version = said.split_whitespace().nth(2).unwrap_or("unknown").to_owned();
                *held() = Some((now, version.clone()));
                Ok(version)
            }
            // It is slow, as all is on a machine that renders: it is not gone.
            (Err(Probing::Ffmpeg(FfmpegError::Timeout(_))), Some((_, version))) => Ok(version),
            (Err(error), _) => Err(error),
        }
    }
}

/// Why a file was not told of.
#[derive(Debug, thiserror::Error)]
pub enum Probing {
    #[error(transparent)]
    Unsound(#[from] Unsound),
    #[error(transparent)]
    Ffmpeg(#[from] FfmpegError),
}

fn not_started(error: std::io::Error) -> FfmpegError {
    FfmpegError::Start(error.to_string())
}

/// Reads what it tells until it ends; gives its status and its last words.
async fn follow(mut child: Child, far: impl Fn(i64)) -> std::io::Result<(ExitStatus, String)> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let telling = async {
        let Some(stdout) = stdout else { return };
        let mut lines = BufReader::new(stdout).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(ms) = out_time_ms(&line) {
                far(ms);
            }
        }
    };
    let complaining = async {
        let mut words = Vec::new();
        if let Some(mut stderr) = stderr {
            let mut chunk = [0; 4096];
            while let Ok(read @ 1..) = stderr.read(&mut chunk).await {
                words.extend_from_slice(&chunk[..read]);
                let surplus = words.len().saturating_sub(2 * WORDS_MOST);
                words.drain(..surplus);
            }
        }
        words
    };
    let ((), words) = tokio::join!(telling, complaining);
    Ok((child.wait().await?, last_words(&words)))
}

fn last_words(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    // Paths are ours alone.
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = lines.join("; ");
    let cut = text.char_indices().rev().nth(WORDS_MOST / 2).map_or(0, |(at, _)| at);
    let text = &text[cut..];
    if text.is_empty() { "it said nothing".to_owned() } else { hide_paths(text) }
}

fn hide_paths(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let path = word.trim_start_matches("file:").starts_with('/') || word.starts_with("file:");
        if path { "the file" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

impl Dependency for Ffmpeg {
    fn name(&self) -> &'static str {
        "ffmpeg"
    }

    fn check(&self) -> Checking<'_> {
        Box::pin(async {
            let version = self.version(VERSION_MOST).await.map_err(|error| {
                tracing::error!(%error, "FFmpeg's check failed");
                "it cannot be started; the log says more".to_owned()
            })?;
            Ok(json!({"version": version, "acceleration": self.config.acceleration}))
        })
    }

    /// People go on editing; what is to be rendered waits.
    fn is_needed(&self) -> bool {
        false
    }
}
