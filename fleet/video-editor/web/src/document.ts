// The project's shared document and the connection that keeps it in step with everybody else's.
//
// Edits are made here at once and merged everywhere; without a connection they are kept and sent when it is back.

import * as Y from "yjs";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import { readSyncMessage, writeSyncStep1, writeUpdate } from "y-protocols/sync";

export interface Track { id: string; kind: "video" | "audio" | "text"; name: string; order: number; volume: number; muted: boolean }
export interface Clip {
  id: string; track: string; start_ms: number; duration_ms: number; source_in_ms: number; asset: string | null; text: string | null;
  volume: number; fade_in_ms: number; fade_out_ms: number;
}
export interface Person { name: string; color: string; at_ms: number | null; clip: string | null; tab: number }
export type Link = "connecting" | "connected" | "away";

const SYNC = 0, AWARENESS = 1;
const MINE = "mine";

export class Shared {
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly tracks = this.doc.getMap<Y.Map<unknown>>("tracks");
  readonly clips = this.doc.getMap<Y.Map<unknown>>("clips");
  readonly undo = new Y.UndoManager([this.tracks, this.clips], {
    trackedOrigins: new Set([MINE]), captureTimeout: 400, deleteFilter: (item) => this.mayUndo(item),
  });
  link: Link = "connecting";
  isLoaded = false;
  onLink: () => void = () => {};
  private socket: WebSocket | null = null;
  private attempts = 0;
  private isOver = false;

  constructor(private readonly project: string) {
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.write(SYNC, (encoder) => writeUpdate(encoder, update));
    });
    this.awareness.on("update", ({ added, updated, removed }: Record<string, number[]>, origin: unknown) => {
      if (origin !== this) this.tell([...added!, ...updated!, ...removed!]);
    });
    window.addEventListener("online", () => this.socket ?? this.connect());
    window.addEventListener("pagehide", () => removeAwarenessStates(this.awareness, [this.doc.clientID], "leaving"));
    this.connect();
  }

  close() {
    this.isOver = true;
    removeAwarenessStates(this.awareness, [this.doc.clientID], "leaving");
    this.socket?.close();
    this.doc.destroy();
  }

  /** One change of mine, which undo takes back as one. */
  change(work: () => void) {
    this.doc.transact(work, MINE);
  }

  allTracks(): Track[] {
    const all = [...this.tracks].map(([id, track]) => ({ id, volume: 1, muted: false, ...track.toJSON() }) as Track);
    return all.sort((one, other) => one.order - other.order || one.id.localeCompare(other.id));
  }

  allClips(): Clip[] {
    const all = [...this.clips].map(([id, clip]) => ({ id, ...clip.toJSON() }) as Clip);
    return all.sort((one, other) => one.start_ms - other.start_ms);
  }

  /** Undo takes no track away from under other people's clips. One's own are taken back before it. */
  private mayUndo(item: Y.Item): boolean {
    const within = item.parent as Y.AbstractType<unknown>;
    const track = item.parent === this.tracks ? item : ["kind", "name", "order"].includes(item.parentSub ?? "") ? within._item : null;
    if (!track || track.parent !== this.tracks) return true;
    return !this.allClips().some((clip) => clip.track === track.parentSub);
  }

  put(map: Y.Map<Y.Map<unknown>>, id: string, members: object) {
    const known = map.get(id);
    const thing = known ?? new Y.Map<unknown>();
    if (!known) map.set(id, thing);
    for (const [name, value] of Object.entries(members)) if (name !== "id" && thing.get(name) !== value) thing.set(name, value);
  }

  private connect() {
    if (this.isOver) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/collab/${this.project}`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.turn("connecting");
    socket.onopen = () => {
      this.attempts = 0;
      this.turn("connected");
      this.write(SYNC, (encoder) => writeSyncStep1(encoder, this.doc));
      if (this.awareness.getLocalState()) this.tell([this.doc.clientID]);
    };
    socket.onmessage = (event) => this.hear(new Uint8Array(event.data as ArrayBuffer));
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.doc.clientID);
      removeAwarenessStates(this.awareness, others, this);
      this.turn("away");
      const wait = Math.min(8000, 250 * 2 ** this.attempts++) * (0.75 + Math.random() / 2);
      setTimeout(() => this.socket ?? this.connect(), wait);
    };
  }

  private turn(link: Link) {
    this.link = link;
    this.onLink();
  }

  private hear(bytes: Uint8Array) {
    const decoder = decoding.createDecoder(bytes);
    const kind = decoding.readVarUint(decoder);
    if (kind === AWARENESS) {
      applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this);
    } else if (kind === SYNC) {
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, SYNC);
      const step = readSyncMessage(decoder, encoder, this.doc, this);
      if (encoding.length(encoder) > 1) this.post(encoding.toUint8Array(encoder));
      if (step === 1 && !this.isLoaded) {
        this.isLoaded = true;
        this.onLink();
      }
    }
  }

  private tell(browsers: number[]) {
    this.write(AWARENESS, (encoder) => encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, browsers)));
  }

  private write(kind: number, fill: (encoder: encoding.Encoder) => void) {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, kind);
    fill(encoder);
    this.post(encoding.toUint8Array(encoder));
  }

  private post(bytes: Uint8Array) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(bytes as Uint8Array<ArrayBuffer>);
  }
}
