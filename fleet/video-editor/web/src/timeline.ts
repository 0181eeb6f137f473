// Tracks and clips: dragged, trimmed, split. Every change is one transaction of the shared document.

import type { Asset } from "./api";
import { clock, el, toast } from "./dom";
import type { Clip, Person, Track } from "./document";
import type { Editing } from "./editor";

const LEAST_MS = 40;
const KIND_NAMES = { video: "Pictures", audio: "Sound", text: "Titles" };
const fresh = () => crypto.randomUUID?.().replaceAll("-", "") ?? Math.random().toString(36).slice(2) + Date.now().toString(36);

export class TimelineView {
  private scale = 60; // Pixels a second.
  private readonly heads = el("div", { className: "heads" });
  private readonly lanes = el("div", { className: "lanes" });
  private readonly ruler = el("div", { className: "ruler" });
  private readonly playhead = el("div", { className: "playhead" });
  private readonly others = el("div", { className: "others" });
  private readonly scroller: HTMLElement;
  readonly element: HTMLElement;

  constructor(private readonly editing: Editing) {
    const zoom = el("input", { type: "range", min: "8", max: "240", value: "60", "aria-label": "Zoom" });
    zoom.oninput = () => { this.scale = Number(zoom.value); this.draw(); };
    const add = (kind: Track["kind"], words: string) => el("button", { onclick: () => this.addTrack(kind) }, words);
    const surface = el("div", { className: "surface" }, this.ruler, this.lanes, this.others, this.playhead);
    this.scroller = el("div", { className: "scroller" }, surface);
    this.element = el("section", { className: "timeline", "aria-label": "Timeline" },
      el("div", { className: "row tools" }, add("video", "+ Pictures"), add("audio", "+ Sound"), add("text", "+ Titles"),
        el("button", { onclick: () => this.addText() }, "Add text"), el("button", { onclick: () => this.split() }, "Split"), el("span", { className: "grow" }), "Zoom", zoom),
      el("div", { className: "body" }, this.heads, this.scroller));
    this.ruler.onpointerdown = (event) => {
      const seek = (moved: PointerEvent) => editing.seek((moved.clientX - this.ruler.getBoundingClientRect().left) / this.scale * 1000);
      drag(this.ruler, event, seek, () => {});
      seek(event);
    };
  }

  private get shared() { return this.editing.shared; }
  private x(ms: number) { return `${ms / 1000 * this.scale}px`; }

  draw() {
    const tracks = this.shared.allTracks().reverse(), clips = this.shared.allClips();
    const end = Math.max(30_000, ...clips.map((clip) => clip.start_ms + clip.duration_ms)) + 10_000;
    this.heads.replaceChildren(...tracks.map((track) => this.head(track)));
    this.lanes.replaceChildren(...tracks.map((track) => {
      const lane = el("div", { className: `lane ${track.kind}` }, ...clips.filter((clip) => clip.track === track.id).map((clip) => this.clip(clip)));
      lane.dataset.track = track.id;
      lane.ondragover = (event) => event.preventDefault();
      lane.ondrop = (event) => {
        event.preventDefault();
        const asset = this.editing.assets.get(event.dataTransfer!.getData("text/asset"));
        if (asset) this.addAsset(asset, Math.max(0, (event.clientX - lane.getBoundingClientRect().left) / this.scale * 1000), track);
      };
      lane.onpointerdown = (event) => event.target === lane && this.editing.choose(null);
      return lane;
    }));
    if (!tracks.length) this.lanes.append(el("p", { className: "quiet empty" }, this.shared.isLoaded ? "Add media from the left, or a text: tracks come by themselves." : ""));
    for (const part of [this.lanes, this.ruler]) part.style.width = this.x(end);
    const step = [1, 2, 5, 10, 30, 60].find((seconds) => seconds * this.scale >= 70) ?? 120;
    this.ruler.replaceChildren(...Array.from({ length: Math.ceil(end / 1000 / step) }, (_, number) =>
      el("span", { style: { left: this.x(number * step * 1000) } }, clock(number * step * 1000, false))));
    this.place();
    this.drawPeople();
  }

  place() {
    this.playhead.style.left = this.x(this.editing.at_ms);
  }

  drawPeople() {
    const states = [...this.shared.awareness.getStates().entries()].filter(([id, state]) => id !== this.shared.doc.clientID && state.name);
    this.others.replaceChildren(...states.map(([, state]) => state as Person).map((person) =>
      el("div", { className: "cursor", style: { left: this.x(person.at_ms ?? 0), background: person.color } }, el("span", { style: { background: person.color } }, person.name))));
    for (const element of this.lanes.querySelectorAll<HTMLElement>(".clip")) {
      const holder = states.find(([, state]) => state.clip === element.dataset.clip);
      element.style.outlineColor = holder ? (holder[1] as Person).color : "";
      element.classList.toggle("held", !!holder);
    }
  }

  private head(track: Track) {
    const mute = el("button", { className: "link", "aria-pressed": String(track.muted), onclick: () =>
      this.shared.change(() => this.shared.put(this.shared.tracks, track.id, { muted: !track.muted })) }, track.muted ? "Unmute" : "Mute");
    const remove = el("button", { className: "link", title: "Remove the track with its clips", onclick: () => this.shared.change(() => {
      for (const clip of this.shared.allClips()) if (clip.track === track.id) this.shared.clips.delete(clip.id);
      this.shared.tracks.delete(track.id);
    }) }, "Remove");
    return el("div", { className: "head" }, el("strong", {}, track.name), el("span", {}, track.kind !== "text" && mute, remove));
  }

  private clip(clip: Clip) {
    const asset = clip.asset ? this.editing.assets.get(clip.asset) : null;
    const name = clip.text ?? asset?.file_name ?? "Media";
    const left = el("i", { className: "edge start" }), right = el("i", { className: "edge end" });
    const fades = el("b", { className: "fades", style: { borderLeftWidth: this.x(clip.fade_in_ms), borderRightWidth: this.x(clip.fade_out_ms) } });
    const element = el("div", { className: "clip" + (clip.id === this.editing.chosen ? " chosen" : ""), tabIndex: 0, title: name,
      style: { left: this.x(clip.start_ms), width: this.x(clip.duration_ms) } }, fades, el("span", {}, name), left, right);
    element.dataset.clip = clip.id;
    element.onfocus = () => { if (this.editing.chosen !== clip.id) this.editing.choose(clip.id); };
    element.onpointerdown = (event) => {
      const edge = event.target === left ? "start" : event.target === right ? "end" : null;
      const from = event.clientX;
      let moved = 0, lane: string = clip.track;
      this.editing.choose(clip.id);
      drag(document.body, event, (now) => {
        moved = (now.clientX - from) / this.scale * 1000;
        const shown = this.lanes.querySelector<HTMLElement>(`[data-clip="${clip.id}"]`);
        if (!shown) return;
        if (edge !== "end") shown.style.left = this.x(Math.max(0, clip.start_ms + moved));
        if (edge) shown.style.width = this.x(Math.max(LEAST_MS, clip.duration_ms + (edge === "end" ? moved : -moved)));
        const over = edge ? null : document.elementsFromPoint(now.clientX, now.clientY).find((one) => one.classList.contains("lane"));
        lane = (over as HTMLElement | undefined)?.dataset.track ?? lane;
      }, () => {
        if (Math.abs(moved) * this.scale < 3000 && lane === clip.track) return this.draw();
        if (edge) this.trim(clip, edge, (edge === "end" ? clip.start_ms + clip.duration_ms : clip.start_ms) + moved);
        else this.move(clip, clip.start_ms + moved, lane);
        this.draw();
      });
    };
    return element;
  }

  /** Snaps to the frames of the project and to the playhead. */
  private snap(ms: number) {
    if (Math.abs(ms - this.editing.at_ms) * this.scale < 6000) return Math.round(this.editing.at_ms);
    const frame = 1000 / this.editing.project.fps;
    return Math.max(0, Math.round(Math.round(ms / frame) * frame));
  }

  private isFree(track: string, start: number, end: number, but: string) {
    return !this.shared.allClips().some((one) => one.track === track && one.id !== but && start < one.start_ms + one.duration_ms && one.start_ms < end);
  }

  private fits(track: Track | undefined, clip: { asset: string | null }) {
    const kind = clip.asset ? (this.editing.assets.get(clip.asset)?.kind === "audio" ? "audio" : "video") : "text";
    return track?.kind === kind;
  }

  move(clip: Clip, to_ms: number, track: string) {
    const start = this.snap(to_ms);
    if (!this.fits(this.shared.allTracks().find((one) => one.id === track), clip)) return toast("This track holds something else.", true);
    if (!this.isFree(track, start, start + clip.duration_ms, clip.id)) return toast("Another clip is there.", true);
    this.shared.change(() => this.shared.put(this.shared.clips, clip.id, { start_ms: start, track }));
  }

  trim(clip: Clip, edge: "start" | "end", to_ms: number) {
    const asset = clip.asset ? this.editing.assets.get(clip.asset) : null;
    const all = asset && asset.kind !== "image" ? asset.duration_ms : Infinity;
    const end = clip.start_ms + clip.duration_ms;
    let start = clip.start_ms, stop = end;
    if (edge === "start") start = Math.max(clip.asset ? clip.start_ms - clip.source_in_ms : 0, 0, Math.min(this.snap(to_ms), end - LEAST_MS));
    else stop = Math.min(Math.max(this.snap(to_ms), start + LEAST_MS), start + all - clip.source_in_ms);
    if (!this.isFree(clip.track, start, stop, clip.id)) return toast("Another clip is there.", true);
    const duration_ms = stop - start, fade_in_ms = Math.min(clip.fade_in_ms, duration_ms);
    this.shared.change(() => this.shared.put(this.shared.clips, clip.id, {
      start_ms: start, duration_ms, source_in_ms: clip.asset ? clip.source_in_ms + start - clip.start_ms : 0,
      fade_in_ms, fade_out_ms: Math.min(clip.fade_out_ms, duration_ms - fade_in_ms),
    }));
  }

  split() {
    const at = Math.round(this.editing.at_ms);
    const under = this.shared.allClips().filter((clip) => clip.start_ms + LEAST_MS <= at && at <= clip.start_ms + clip.duration_ms - LEAST_MS);
    const clip = under.find((one) => one.id === this.editing.chosen) ?? under[0];
    if (!clip) return toast("Put the playhead inside a clip first.", true);
    const before = at - clip.start_ms, { id, ...rest } = clip;
    this.shared.change(() => {
      this.shared.put(this.shared.clips, fresh(), {
        ...rest, start_ms: at, duration_ms: clip.duration_ms - before, source_in_ms: clip.asset ? clip.source_in_ms + before : 0,
        fade_in_ms: 0, fade_out_ms: Math.min(clip.fade_out_ms, clip.duration_ms - before),
      });
      this.shared.put(this.shared.clips, id, { duration_ms: before, fade_out_ms: 0, fade_in_ms: Math.min(clip.fade_in_ms, before) });
    });
  }

  remove() {
    const id = this.editing.chosen;
    if (id) this.shared.change(() => this.shared.clips.delete(id));
  }

  private addTrack(kind: Track["kind"]): string {
    const id = fresh();
    const order = Math.max(-1, ...this.shared.allTracks().map((track) => track.order)) + 1;
    this.shared.change(() => this.shared.put(this.shared.tracks, id, { kind, name: KIND_NAMES[kind], order, volume: 1, muted: false }));
    return id;
  }

  /** A track of this kind with room there, or a new one. */
  private trackFor(kind: Track["kind"], start: number, end: number): string {
    return this.shared.allTracks().find((track) => track.kind === kind && this.isFree(track.id, start, end, ""))?.id ?? this.addTrack(kind);
  }

  private put(kind: Track["kind"], wanted: Track | undefined, at_ms: number, long: number, members: { asset: string | null; text: string | null }) {
    const start = this.snap(at_ms);
    if (wanted && wanted.kind !== kind) return toast("This track holds something else.", true);
    const free = wanted && this.isFree(wanted.id, start, start + long, "");
    const id = fresh();
    this.shared.change(() => {
      const track = free ? wanted.id : this.trackFor(kind, start, start + long);
      this.shared.put(this.shared.clips, id, { track, start_ms: start, duration_ms: long, source_in_ms: 0, ...members, volume: 1, fade_in_ms: 0, fade_out_ms: 0 });
    });
    this.editing.choose(id);
  }

  addAsset(asset: Asset, at_ms: number, track?: Track) {
    const kind = asset.kind === "audio" ? "audio" : "video";
    this.put(kind, track, at_ms, asset.kind === "image" ? 5000 : asset.duration_ms, { asset: asset.id, text: null });
  }

  private addText() {
    this.put("text", undefined, this.editing.at_ms, 3000, { asset: null, text: "A title" });
  }
}

/** Follows the pointer until it is lifted. */
function drag(on: HTMLElement, begun: PointerEvent, moved: (event: PointerEvent) => void, done: () => void) {
  begun.preventDefault();
  const follow = (event: PointerEvent) => moved(event);
  const end = () => {
    on.removeEventListener("pointermove", follow);
    on.removeEventListener("pointerup", end);
    on.removeEventListener("pointercancel", end);
    done();
  };
  on.addEventListener("pointermove", follow);
  on.addEventListener("pointerup", end);
  on.addEventListener("pointercancel", end);
}
