// The shell: who is signed in, where one is, and which page that is.
import "./style.css";
import { resume, signOut, user } from "./api";
import { button, h, say } from "./dom";
import { clientsPage } from "./pages/clients";
import { dashboardPage } from "./pages/dashboard";
import { projectsPage } from "./pages/projects";
import { signInPage } from "./pages/sign-in";
import { wizardPage } from "./pages/wizard";

/** A page fills `main`; what it started ends with `stop` when another one comes. */
export type Page = (main: HTMLElement, stop: AbortSignal, ...parts: string[]) => Promise<void> | void;

const PAGES: [RegExp, string, Page][] = [
  [/^#?\/?$/, "Dashboard", dashboardPage],
  [/^#\/projects$/, "Projects", projectsPage],
  [/^#\/projects\/([\w-]+)$/, "Project", wizardPage],
  [/^#\/clients$/, "Clients", clientsPage],
];

let shown = new AbortController();

function header(): HTMLElement {
  const links = [["#/", "Dashboard"], ["#/projects", "Projects"], ["#/clients", "Clients"]].map(([href, words]) => {
    const now = location.hash === href || (href === "#/" && !location.hash) || (href === "#/projects" && location.hash.startsWith("#/projects"));
    return h("a", { href: href ?? "", "aria-current": now ? "page" : undefined }, words ?? "");
  });
  const leave = button("Sign out", "link", async () => {
    await signOut();
    location.hash = "#/sign-in";
  });
  return h(
    "header", {},
    h("a", { class: "brand", href: "#/" }, h("span", { class: "mark", "aria-hidden": "true" }), "Content Jumpstart"),
    user ? h("nav", { "aria-label": "Main" }, ...links) : null,
    user ? h("div", { class: "who" }, h("span", {}, user.name, user.role === "operator" ? h("em", {}, "operator") : null), leave) : null,
  );
}

async function show(): Promise<void> {
  shown.abort();
  shown = new AbortController();
  const app = document.getElementById("app");
  if (!app) return;
  if (!user && location.hash !== "#/sign-in") await resume();
  const main = h("main", { id: "main", tabindex: "-1" });
  app.replaceChildren(header(), h("div", { id: "messages", "aria-live": "polite" }), main);
  if (!user) {
    document.title = "Sign in · Content Jumpstart";
    signInPage(main, show);
    return;
  }
  if (location.hash === "#/sign-in") history.replaceState(null, "", "#/");
  for (const [pattern, title, page] of PAGES) {
    const found = pattern.exec(location.hash);
    if (!found) continue;
    document.title = `${title} · Content Jumpstart`;
    const waiting = h("p", { class: "waiting", role: "status" }, "Loading…");
    main.append(waiting);
    try {
      await page(main, shown.signal, ...found.slice(1));
    } catch (error) {
      if ((error as Error).name !== "AbortError") say((error as Error).message, "bad");
    } finally {
      waiting.remove();
    }
    return;
  }
  main.append(h("h1", {}, "There is nothing here"), h("p", {}, "The page may have been moved. ", h("a", { href: "#/" }, "Back to the dashboard"), "."));
}

addEventListener("hashchange", () => void show());
void show();
