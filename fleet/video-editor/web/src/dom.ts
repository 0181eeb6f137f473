// Elements in few words. Texts go in as texts, never as HTML.

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, unknown>;

export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else if (name === "style") Object.assign(element.style, value);
    else if (name in element && name !== "list" && name !== "role") (element as any)[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => !!child || child === ""));
  return element;
}

export function page(...children: Child[]) {
  document.getElementById("page")!.replaceChildren(...children.filter((child): child is Node => !!child));
}

/** A word that goes by itself. */
export function toast(words: string, bad = false) {
  const note = el("p", { className: bad ? "toast bad" : "toast" }, words);
  document.getElementById("toasts")!.append(note);
  setTimeout(() => note.remove(), bad ? 8000 : 4000);
}

export const failed = (error: unknown) => toast(sentence(error instanceof Error ? error.message : String(error)), true);
export const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1) + (words.endsWith(".") ? "" : ".");

export function clock(ms: number, fine = true): string {
  const all = Math.max(0, Math.round(ms));
  const minutes = Math.floor(all / 60000), seconds = Math.floor(all / 1000) % 60;
  const base = `${minutes}:${String(seconds).padStart(2, "0")}`;
  return fine ? `${base}.${String(Math.floor((all % 1000) / 10)).padStart(2, "0")}` : base;
}
