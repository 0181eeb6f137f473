// Builds elements: `h("p", { class: "note" }, "words")`. Texts are texts, never markup.

export type Child = Node | string | number | null | undefined | false;

type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

let count = 0;

/** A labelled field; the hint is tied to it for screen readers. */
export function field(label: string, input: HTMLElement, hint?: string): HTMLElement {
  const id = (input.id ||= `f${++count}`);
  if (hint) input.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { class: "field" }, h("label", { for: id }, label), input, hint ? h("p", { class: "hint", id: `${id}-hint` }, hint) : null);
}

export function input(name: string, value = "", more: Attributes = {}): HTMLInputElement {
  return h("input", { name, value, type: "text", autocomplete: "off", ...more });
}

export function area(name: string, value = "", rows = 3, more: Attributes = {}): HTMLTextAreaElement {
  const element = h("textarea", { name, rows, ...more });
  element.value = value;
  return element;
}

/** A button that is busy while its work runs, and shows what went wrong beside it. */
export function button(words: string, kind: "primary" | "plain" | "danger" | "link", act: () => Promise<void> | void): HTMLButtonElement {
  const element = h("button", { type: "button", class: kind }, words);
  element.addEventListener("click", () => void busy(element, act));
  return element;
}

/** Runs work of a form or button: no second click meanwhile, failures are said aloud. */
export async function busy(element: HTMLButtonElement, act: () => Promise<void> | void): Promise<void> {
  element.disabled = true;
  element.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), "bad");
  } finally {
    element.disabled = false;
    element.removeAttribute("aria-busy");
  }
}

/** A message that goes away by itself; failures stay until they are read. */
export function say(words: string, kind: "good" | "bad" = "good"): void {
  const region = document.getElementById("messages");
  if (!region) return;
  const message = h("div", { class: `message ${kind}`, role: kind === "bad" ? "alert" : "status" }, h("span", {}, words));
  const close = h("button", { type: "button", class: "link", "aria-label": "Close message" }, "×");
  close.addEventListener("click", () => message.remove());
  message.append(close);
  region.replaceChildren(message);
  if (kind === "good") setTimeout(() => message.remove(), 5000);
}

export function lines(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

export function day(moment: string): string {
  return new Date(moment).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}
