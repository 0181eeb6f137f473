// The picture at the playhead: the topmost film or picture, texts over it. What all tracks sound and look like together, a preview renders.

import { clock, el } from "./dom";
import type { Clip } from "./document";
import type { Editing } from "./editor";

export class Player {
  private readonly film = el("video", { playsInline: true, preload: "auto", hidden: true });
  private readonly picture = el("img", { alt: "", hidden: true });
  private readonly texts = el("div", { className: "texts" });
  private readonly time = el("output", { className: "time" });
  private readonly play = el("button", { className: "primary play", onclick: () => this.toggle() }, "Play");
  private readonly stage: HTMLElement;
  readonly element: HTMLElement;
  private shown = "";
  private isPlaying = false;
  private since = 0;
  private from = 0;

  constructor(private readonly editing: Editing) {
    const { width, height } = editing.project;
    this.stage = el("div", { className: "stage", style: { aspectRatio: `${width} / ${height}` } }, this.film, this.picture, this.texts);
    this.element = el("section", { className: "player", "aria-label": "Picture" }, el("div", { className: "frame" }, this.stage), el("div", { className: "row transport" }, this.play, this.time));
  }

  toggle() {
    this.isPlaying = !this.isPlaying;
    this.play.textContent = this.isPlaying ? "Pause" : "Play";
    if (this.isPlaying) {
      if (this.editing.at_ms >= this.end()) this.editing.seek(0);
      this.from = this.editing.at_ms;
      this.since = performance.now();
      requestAnimationFrame(() => this.go());
    } else this.film.pause();
  }

  private end() {
    return Math.max(0, ...this.editing.shared.allClips().map((clip) => clip.start_ms + clip.duration_ms));
  }

  private go() {
    if (!this.isPlaying) return;
    const at = this.from + performance.now() - this.since;
    if (at >= this.end()) {
      this.editing.seek(this.end());
      return this.toggle();
    }
    this.editing.seek(at);
    requestAnimationFrame(() => this.go());
  }

  show() {
    const { shared, assets, at_ms } = this.editing;
    if (this.isPlaying && Math.abs(this.from + performance.now() - this.since - at_ms) > 250) {
      this.from = at_ms;
      this.since = performance.now();
    }
    const order = new Map(shared.allTracks().map((track) => [track.id, track.order]));
    const here = shared.allClips().filter((clip) => clip.start_ms <= at_ms && at_ms < clip.start_ms + clip.duration_ms && order.has(clip.track))
      .sort((one, other) => order.get(other.track)! - order.get(one.track)!);
    const top = here.find((clip) => clip.asset && assets.get(clip.asset)?.kind !== "audio");
    this.showMedia(top, at_ms);
    this.texts.replaceChildren(...here.filter((clip) => clip.text !== null).map((clip) => el("p", { style: { opacity: String(opacity(clip, at_ms)) } }, clip.text!)));
    this.time.textContent = `${clock(at_ms)} / ${clock(this.end())}`;
  }

  private showMedia(clip: Clip | undefined, at_ms: number) {
    const asset = clip?.asset ? this.editing.assets.get(clip.asset) : undefined;
    const source = asset ? `/media/${asset.id}` : "";
    this.film.hidden = asset?.kind !== "video";
    this.picture.hidden = asset?.kind !== "image";
    if (source !== this.shown) {
      this.shown = source;
      if (asset?.kind === "video") this.film.src = source; else this.film.removeAttribute("src");
      if (asset?.kind === "image") this.picture.src = source;
    }
    if (!clip || !asset) return;
    (asset.kind === "image" ? this.picture : this.film).style.opacity = String(opacity(clip, at_ms));
    if (asset.kind !== "video") return;
    const wanted = (clip.source_in_ms + at_ms - clip.start_ms) / 1000;
    if (Math.abs(this.film.currentTime - wanted) > (this.isPlaying ? 0.3 : 0.02)) this.film.currentTime = wanted;
    this.film.volume = Math.min(1, clip.volume ?? 1);
    if (this.isPlaying && this.film.paused) void this.film.play().catch(() => (this.film.muted = true));
    if (!this.isPlaying && !this.film.paused) this.film.pause();
  }
}

function opacity(clip: Clip, at_ms: number): number {
  const into = at_ms - clip.start_ms, left = clip.start_ms + clip.duration_ms - at_ms;
  return Math.min(1, clip.fade_in_ms ? into / clip.fade_in_ms : 1, clip.fade_out_ms ? left / clip.fade_out_ms : 1);
}
