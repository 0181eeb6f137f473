// Which page: sign-in, the list of projects, or the editor of one.

import { get, type Project, type RecentEdit, send, type User } from "./api";
import { el, failed, page, sentence } from "./dom";
import { openEditor } from "./editor";

async function start() {
  let user: User | null;
  try {
    ({ user } = await get<{ user: User | null }>("/api/auth/session"));
  } catch (error) {
    return page(el("main", { className: "center" }, el("h1", {}, "The editor cannot be reached"), el("p", {}, sentence(String((error as Error).message)))));
  }
  if (!user) return signIn();
  const named = location.pathname.match(/^\/projects\/([0-9a-f-]{36})$/);
  if (named) {
    await openEditor(named[1]!, user).catch((error) => {
      page(el("main", { className: "center" }, el("h1", {}, "This project cannot be opened"), el("p", {}, sentence(error.message)), el("p", {}, el("a", { href: "/" }, "All projects"))));
    });
  } else await projects(user);
}

function signIn() {
  let registers = false;
  const email = el("input", { type: "email", autocomplete: "username", required: true, id: "email" });
  const password = el("input", { type: "password", autocomplete: "current-password", required: true, id: "password", minLength: 1 });
  const name = el("input", { autocomplete: "name", id: "name", maxLength: 80 });
  const nameRow = el("div", { hidden: true }, el("label", { htmlFor: "name" }, "Your name"), name);
  const complaint = el("p", { className: "complaint", role: "alert", hidden: true });
  const title = el("h1", {}, "Sign in");
  const go = el("button", { className: "primary" }, "Sign in");
  const turn = el("button", { type: "button", className: "link", onclick: () => {
    registers = !registers;
    nameRow.hidden = !registers;
    title.textContent = go.textContent = registers ? "Make an account" : "Sign in";
    turn.textContent = registers ? "I have an account" : "Make an account";
  } }, "Make an account");
  const form = el("form", { className: "card", onsubmit: async (event: Event) => {
    event.preventDefault();
    go.disabled = true;
    try {
      const given = { email: email.value, password: password.value };
      if (registers) await send("POST", "/api/auth/register", { ...given, name: name.value });
      await send("POST", "/api/auth/login", given);
      await start();
    } catch (error) {
      complaint.hidden = false;
      complaint.textContent = sentence((error as Error).message);
    }
    go.disabled = false;
  } }, title, el("label", { htmlFor: "email" }, "E-mail address"), email, nameRow, el("label", { htmlFor: "password" }, "Password"), password, complaint, go, turn);
  page(el("main", { className: "center" }, form));
  email.focus();
}

const DONE: Record<string, string> = {
  add_track: "added a track", remove_track: "removed a track", add_clip: "added a clip", move: "moved a clip", trim: "trimmed a clip",
  split: "split a clip", text: "changed a text", fade: "faded a clip", volume: "changed the volume", mute: "muted a track", remove: "removed a clip",
};

export function topBar(user: User, ...middle: Node[]) {
  return el("header", { className: "bar" }, el("a", { href: "/", className: "brand" }, "Video editor"), ...middle,
    el("span", { className: "quiet who" }, user.name),
    el("button", { className: "link", onclick: async () => { await send("POST", "/api/auth/logout").catch(failed); location.href = "/"; } }, "Sign out"));
}

async function projects(user: User) {
  document.title = "Projects · Video editor";
  const [list, edits] = await Promise.all([
    get<{ items: Project[] }>("/api/projects"), get<{ items: RecentEdit[] }>("/api/edits/recent"),
  ]);
  const name = el("input", { placeholder: "Name of a new project", required: true, maxLength: 120, "aria-label": "Name of a new project" });
  const size = el("select", { "aria-label": "Picture" }, el("option", { value: "1280x720" }, "1280 × 720"),
    el("option", { value: "1920x1080" }, "1920 × 1080"), el("option", { value: "1080x1920" }, "1080 × 1920 upright"));
  const form = el("form", { className: "row", onsubmit: async (event: Event) => {
    event.preventDefault();
    const [width, height] = size.value.split("x").map(Number);
    const made = await send<Project>("POST", "/api/projects", { name: name.value, width, height, fps: 25 }).catch(failed);
    if (made) location.href = `/projects/${made.id}`;
  } }, name, size, el("button", { className: "primary" }, "Make project"));
  const cards = list.items.map((project) => el("li", {}, el("a", { href: `/projects/${project.id}`, className: "card project" },
    el("strong", {}, project.name), el("span", { className: "quiet" }, `${project.width} × ${project.height}, ${project.fps} frames a second`))));
  page(topBar(user), el("main", { className: "wide" }, el("h1", {}, "Projects"), form,
    cards.length ? el("ul", { className: "cards" }, ...cards) : el("p", { className: "quiet" }, "No project yet. Name one, and it opens at once."),
    edits.items.length > 0 && el("section", {}, el("h2", {}, "Recent edits"), el("ul", { className: "edits" }, ...edits.items.map((edit) =>
      el("li", {}, el("span", {}, `${edit.user_name} ${DONE[edit.kind] ?? edit.kind} in `), el("a", { href: `/projects/${edit.project_id}` }, edit.project_name),
        el("time", { className: "quiet", dateTime: edit.at }, " " + new Date(edit.at).toLocaleString())))))));
}

void start();
