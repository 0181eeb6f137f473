// The editor of one project: media on the left, the picture in the middle, the chosen clip on the right, the timeline below.

import { type Asset, get, type Project, upload, type User } from "./api";
import { clock, el, failed, page, toast } from "./dom";
import { type Clip, type Person, Shared } from "./document";
import { jobsPanel } from "./jobs";
import { topBar } from "./main";
import { Player } from "./player";
import { TimelineView } from "./timeline";

const COLORS = ["#f2a65a", "#6ec6ff", "#9be28a", "#e58cf0", "#ffd866", "#ff8d8d", "#7fe3d4", "#b7a6ff"];
const KINDS = { video: "Film", audio: "Sound", image: "Picture" };

export interface Editing {
  project: Project;
  shared: Shared;
  assets: Map<string, Asset>;
  /** The playhead. */
  at_ms: number;
  /** The chosen clip. */
  chosen: string | null;
  me: Person;
  seek(at_ms: number): void;
  choose(clip: string | null): void;
}

export async function openEditor(id: string, user: User) {
  const [project, media] = await Promise.all([get<Project>(`/api/projects/${id}`), get<{ items: Asset[] }>(`/api/projects/${id}/assets`)]);
  document.title = `${project.name} · Video editor`;
  const shared = new Shared(id);
  const color = COLORS[shared.doc.clientID % COLORS.length]!;
  const me: Person = { name: user.name, color, at_ms: 0, clip: null, tab: shared.doc.clientID };
  const editing: Editing = {
    project, shared, me, assets: new Map(media.items.map((asset) => [asset.id, asset])), at_ms: 0, chosen: null,
    seek(at_ms) {
      this.at_ms = Math.max(0, at_ms);
      tellPlace();
      player.show();
      timeline.place();
    },
    choose(clip) {
      this.chosen = clip;
      tellPlace();
      redraw();
    },
  };
  let told = 0;
  function tellPlace() {
    // Others need not know of every frame.
    if (Date.now() - told < 80 && editing.chosen === me.clip) return;
    told = Date.now();
    Object.assign(me, { at_ms: editing.at_ms, clip: editing.chosen });
    shared.awareness.setLocalState({ ...me });
  }

  const player = new Player(editing);
  const timeline = new TimelineView(editing);
  const state = el("span", { className: "link-state", role: "status" });
  const people = el("span", { className: "people", "aria-label": "Who is here" });
  const undo = el("button", { title: "Undo what I did (Ctrl+Z)", onclick: () => shared.undo.undo() }, "Undo");
  const redo = el("button", { title: "Do it again (Ctrl+Shift+Z)", onclick: () => shared.undo.redo() }, "Redo");
  const mediaList = el("ul", { className: "media" });
  const inspector = el("section", { className: "panel inspector", "aria-label": "Chosen clip" });
  const jobs = jobsPanel(project.id);

  async function take(files: Iterable<File>) {
    for (const file of files) {
      const bar = el("progress", { max: 1, value: 0 });
      const row = el("li", { className: "asset" }, el("span", {}, file.name), bar);
      mediaList.prepend(row);
      try {
        const asset = await upload(project.id, file, (share) => { bar.value = share; if (share === 1) bar.removeAttribute("value"); });
        editing.assets.set(asset.id, asset);
        shared.awareness.setLocalStateField("brought", asset.id);
      } catch (error) {
        toast(`${file.name}: ${(error as Error).message}`, true);
      }
      drawMedia();
    }
  }

  function drawMedia() {
    const rows = [...editing.assets.values()].map((asset) => {
      const long = asset.kind === "image" ? "" : ` · ${clock(asset.duration_ms, false)}`;
      const picture = el("img", { alt: "", src: asset.kind === "audio" ? "/icon.svg" : `/media/${asset.id}/thumbnail` });
      // It is made in its own time.
      let tries = 0;
      picture.onerror = () => { if (tries++ < 10) setTimeout(() => (picture.src = `/media/${asset.id}/thumbnail?${tries}`), 800); };
      const add = el("button", { title: "Put it at the playhead", onclick: () => timeline.addAsset(asset, editing.at_ms) }, "Add");
      return el("li", { className: "asset", draggable: true, ondragstart: (event: DragEvent) => event.dataTransfer!.setData("text/asset", asset.id) },
        picture, el("span", {}, asset.file_name, el("small", { className: "quiet" }, `${KINDS[asset.kind]}${long}`)), add);
    });
    mediaList.replaceChildren(...(rows.length ? rows : [el("li", { className: "quiet" }, "Drop films, sounds and pictures here.")]));
  }

  function drawPeople() {
    const all = [...shared.awareness.getStates().entries()].filter(([, state]) => state.name) as [number, Person & { brought?: string }][];
    people.replaceChildren(...all.map(([id, person]) => el("span", {
      className: "person", title: person.name + (id === shared.doc.clientID ? " (you)" : ""), style: { background: person.color },
    }, person.name.slice(0, 2))));
    const unknown = all.some(([, person]) => person.brought && !editing.assets.has(person.brought));
    if (unknown) void refreshMedia();
    timeline.drawPeople();
  }

  async function refreshMedia() {
    const media = await get<{ items: Asset[] }>(`/api/projects/${id}/assets`).catch(() => null);
    if (!media) return;
    for (const asset of media.items) editing.assets.set(asset.id, asset);
    drawMedia();
    redraw();
  }

  function drawInspector() {
    const clip = shared.allClips().find((one) => one.id === editing.chosen);
    if (!clip) {
      inspector.replaceChildren(el("h2", {}, "Clip"), el("p", { className: "quiet" }, "Choose a clip to trim, fade or mix it. Keys: space plays, S splits, Delete removes, arrows move by a frame."));
      return;
    }
    if (inspector.contains(document.activeElement) && inspector.dataset.clip === clip.id) return;
    inspector.dataset.clip = clip.id;
    const set = (members: Partial<Clip>) => shared.change(() => shared.put(shared.clips, clip.id, members));
    const seconds = (name: string, value: number, give: (ms: number) => void) => {
      const input = el("input", { type: "number", step: "0.04", min: "0", value: (value / 1000).toFixed(2), id: `clip-${name}` });
      input.onchange = () => { const ms = Math.round(Number(input.value) * 1000); if (Number.isFinite(ms)) give(ms); };
      return el("div", { className: "field" }, el("label", { htmlFor: input.id }, name), input);
    };
    const asset = clip.asset ? editing.assets.get(clip.asset) : null;
    const volume = el("input", { type: "range", min: "0", max: "2", step: "0.05", value: String(clip.volume ?? 1), id: "clip-volume" });
    volume.onchange = () => set({ volume: Number(volume.value) });
    const text = el("textarea", { value: clip.text ?? "", maxLength: 500, rows: 3, id: "clip-text" });
    text.oninput = () => text.value.trim() && set({ text: text.value });
    inspector.replaceChildren(el("h2", {}, clip.asset ? asset?.file_name ?? "Media" : "Text"),
      clip.text !== null && el("div", { className: "field" }, el("label", { htmlFor: "clip-text" }, "Words"), text) || "",
      seconds("Start", clip.start_ms, (ms) => timeline.move(clip, ms, clip.track)),
      seconds("Length", clip.duration_ms, (ms) => timeline.trim(clip, "end", clip.start_ms + ms)),
      seconds("Fade in", clip.fade_in_ms, (ms) => set({ fade_in_ms: Math.min(Math.max(0, ms), clip.duration_ms - clip.fade_out_ms) })),
      seconds("Fade out", clip.fade_out_ms, (ms) => set({ fade_out_ms: Math.min(Math.max(0, ms), clip.duration_ms - clip.fade_in_ms) })),
      asset?.has_audio ? el("div", { className: "field" }, el("label", { htmlFor: "clip-volume" }, "Volume"), volume) : "",
      el("div", { className: "row" }, el("button", { onclick: () => timeline.split() }, "Split"), el("button", { className: "danger", onclick: () => timeline.remove() }, "Remove")));
  }

  function redraw() {
    timeline.draw();
    player.show();
    drawInspector();
    undo.disabled = !shared.undo.canUndo();
    redo.disabled = !shared.undo.canRedo();
  }

  const chooser = el("input", { type: "file", multiple: true, hidden: true, accept: "video/*,audio/*,image/png,image/jpeg,image/webp" });
  chooser.onchange = () => { void take([...chooser.files!]); chooser.value = ""; };
  const mediaPanel = el("section", { className: "panel", "aria-label": "Media" },
    el("div", { className: "row spread" }, el("h2", {}, "Media"), el("button", { onclick: () => chooser.click() }, "Upload")), chooser, mediaList, jobs.element);
  mediaPanel.ondragover = (event) => event.preventDefault();
  mediaPanel.ondrop = (event) => { event.preventDefault(); void take([...event.dataTransfer!.files]); };

  page(topBar(user, el("strong", { className: "title" }, project.name), state, people, undo, redo,
    el("button", { onclick: () => void jobs.start("previews").catch(failed) }, "Preview"),
    el("button", { className: "primary", onclick: () => void jobs.start("exports").catch(failed) }, "Export")),
    el("main", { className: "editor" }, mediaPanel, player.element, inspector, timeline.element));

  shared.onLink = () => {
    const words = { connecting: "Connecting …", connected: shared.isLoaded ? "Everything is shared" : "Loading …", away: "Offline: edits are kept here" };
    state.textContent = words[shared.link];
    state.dataset.link = shared.link;
    redraw();
  };
  let drawing = 0;
  shared.doc.on("update", () => {
    cancelAnimationFrame(drawing);
    drawing = requestAnimationFrame(() => {
      if (editing.chosen && !shared.clips.has(editing.chosen)) editing.chosen = null;
      redraw();
    });
  });
  shared.awareness.on("change", drawPeople);
  shared.awareness.setLocalState({ ...me });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, button");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      if (event.shiftKey) shared.undo.redo(); else shared.undo.undo();
    } else if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === " ") { event.preventDefault(); player.toggle(); }
    else if (event.key === "s") timeline.split();
    else if (event.key === "Delete" || event.key === "Backspace") timeline.remove();
    else if (event.key === "ArrowRight") editing.seek(editing.at_ms + 1000 / project.fps);
    else if (event.key === "ArrowLeft") editing.seek(editing.at_ms - 1000 / project.fps);
    else if (event.key === "Home") editing.seek(0);
  });
  drawMedia();
  shared.onLink();
}
