//! The graph of filters: pictures over each other from the lowest track up, sounds mixed, each at its moment.

use std::fmt::Write;

use super::{Material, seconds};
use crate::ids::AssetId;
use crate::store::Picture;
use crate::timeline::{Clip, Timeline, Track, TrackKind};

/// An empty timeline is shown for so long.
pub(super) const EMPTY_MS: i64 = 1000;
/// The font, in the folder in which FFmpeg runs.
pub const FONT_FILE: &str = "font.ttf";

/// Everything but packing.
pub(super) struct Composition {
    pub(super) inputs: Vec<Input>,
    pub(super) graph: String,
    pub(super) texts: Vec<(String, String)>,
    pub(super) duration_ms: i64,
}

/// A part of a file.
pub(super) struct Input {
    pub(super) material: Material,
    pub(super) source_in_ms: i64,
    pub(super) duration_ms: i64,
}

struct Composer {
    picture: Picture,
    made: Composition,
    /// The label of what is seen so far.
    seen: String,
    sounds: Vec<String>,
    steps: usize,
}

pub(super) fn compose(
    timeline: &Timeline,
    picture: Picture,
    material: impl Fn(AssetId) -> Option<Material>,
) -> Composition {
    let duration_ms = match timeline.duration_ms() {
        0 => EMPTY_MS,
        longest => longest,
    };
    let Picture { width, height, fps } = picture;
    let long = seconds(duration_ms);
    let graph = format!(
        "color=c=black:s={width}x{height}:r={fps}:d={long}[seen0];anullsrc=r=48000:cl=stereo,atrim=duration={long}[silence]"
    );
    let made = Composition { inputs: Vec::new(), graph, texts: Vec::new(), duration_ms };
    let mut composer =
        Composer { picture, made, seen: "seen0".to_owned(), sounds: vec!["silence".to_owned()], steps: 0 };
    for track in &timeline.tracks {
        for clip in timeline.clips.iter().filter(|clip| clip.track == track.id) {
            match (clip.asset, &clip.text) {
                (Some(asset), _) => {
                    if let Some(material) = material(asset) {
                        composer.media(track, clip, material);
                    }
                }
                (None, Some(text)) => composer.text(clip, text),
                (None, None) => {}
            }
        }
    }
    composer.finish()
}

impl Composer {
    fn add(&mut self, filters: std::fmt::Arguments<'_>) {
        // Writing to a text does not fail.
        let _ = self.made.graph.write_fmt(filters);
    }

    fn media(&mut self, track: &Track, clip: &Clip, material: Material) {
        let number = self.made.inputs.len();
        let shows = material.has_video && track.kind == TrackKind::Video;
        let sounds = material.has_audio && !track.muted && clip.volume * track.volume > 0.0;
        if !shows && !sounds {
            return;
        }
        self.made.inputs.push(Input { material, source_in_ms: clip.source_in_ms, duration_ms: clip.duration_ms });
        if shows {
            self.show(clip, number);
        }
        if sounds {
            self.sound(clip, track, number);
        }
    }

    /// Puts a picture over what is seen, as large as fits.
    fn show(&mut self, clip: &Clip, number: usize) {
        let Picture { width, height, fps } = self.picture;
        let fades = fades("fade", ":alpha=1", clip);
        let (start, end) = (seconds(clip.start_ms), seconds(clip.end_ms()));
        self.add(format_args!(
            ";[{number}:v]fps={fps},scale={width}:{height}:force_original_aspect_ratio=decrease,setsar=1,\
             setpts=PTS-STARTPTS,format=yuva420p{fades},setpts=PTS+{start}/TB[clip{number}]"
        ));
        let below = self.next_seen();
        let seen = self.seen.clone();
        self.add(format_args!(
            ";[{below}][clip{number}]overlay=x=(W-w)/2:y=(H-h)/2:eof_action=pass:enable='between(t,{start},{end}-0.0005)'[{seen}]"
        ));
    }

    fn sound(&mut self, clip: &Clip, track: &Track, number: usize) {
        let volume = clip.volume * track.volume;
        let (fades, delay) = (fades("afade", "", clip), clip.start_ms);
        self.add(format_args!(
            ";[{number}:a:0]aresample=48000,aformat=channel_layouts=stereo,asetpts=PTS-STARTPTS,volume={volume:.3}{fades},\
             adelay={delay}|{delay}[sound{number}]"
        ));
        self.sounds.push(format!("sound{number}"));
    }

    fn text(&mut self, clip: &Clip, text: &str) {
        let name = format!("text-{}", self.made.texts.len());
        self.made.texts.push((name.clone(), text.to_owned()));
        let (start, end) = (seconds(clip.start_ms), seconds(clip.end_ms()));
        let (fade_in, fade_out) = (seconds(clip.fade_in_ms.max(1)), seconds(clip.fade_out_ms.max(1)));
        let size = (self.picture.height / 12).max(8);
        let below = self.next_seen();
        let seen = self.seen.clone();
        self.add(format_args!(
            ";[{below}]drawtext=fontfile={FONT_FILE}:textfile={name}:expansion=none:fontsize={size}:fontcolor=white:borderw=2:\
             bordercolor=black@0.6:x=(w-text_w)/2:y=h-text_h-h/10:\
             alpha='clip(min((t-{start})/{fade_in}+0.001,({end}-t)/{fade_out}),0,1)':\
             enable='between(t,{start},{end}-0.0005)'[{seen}]"
        ));
    }

    /// Gives what was seen and names what will be.
    fn next_seen(&mut self) -> String {
        self.steps += 1;
        std::mem::replace(&mut self.seen, format!("seen{}", self.steps))
    }

    fn finish(mut self) -> Composition {
        let seen = self.seen.clone();
        let sounds: String = self.sounds.iter().map(|label| format!("[{label}]")).collect();
        let count = self.sounds.len();
        let long = seconds(self.made.duration_ms);
        self.add(format_args!(";[{seen}]format=yuv420p[picture]"));
        self.add(format_args!(
            ";{sounds}amix=inputs={count}:normalize=0:duration=longest,alimiter=limit=0.97,atrim=duration={long}[sound]"
        ));
        self.made
    }
}

fn fades(filter: &str, more: &str, clip: &Clip) -> String {
    let mut text = String::new();
    if clip.fade_in_ms > 0 {
        text += &format!(",{filter}=t=in:st=0:d={}{more}", seconds(clip.fade_in_ms));
    }
    if clip.fade_out_ms > 0 {
        let from = seconds(clip.duration_ms - clip.fade_out_ms);
        text += &format!(",{filter}=t=out:st={from}:d={}{more}", seconds(clip.fade_out_ms));
    }
    text
}
