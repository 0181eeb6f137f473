// Projects: the list, and how one begins.
import { call, type Project } from "../api";
import { busy, day, h, input } from "../dom";

const WORDS: Record<string, string> = { draft: "Draft", ready: "Ready", generating: "Being written", qa: "In review", delivered: "Delivered" };

export async function projectsPage(main: HTMLElement): Promise<void> {
  const list = h("div");
  let next: string | null = null;
  const items: Project[] = [];
  const load = async (): Promise<void> => {
    const part = await call<{ items: Project[]; next: string | null }>("GET", `/api/projects?limit=50${next ? `&after=${next}` : ""}`);
    items.push(...part.items);
    next = part.next;
    const more = h("button", { type: "button", class: "plain" }, "Show more");
    more.addEventListener("click", () => void busy(more, load));
    list.replaceChildren(projectList(items), ...(next ? [more] : []));
  };
  await load();
  main.append(h("div", { class: "head" }, h("h1", {}, "Projects"), startForm()), list);
}

/** Name it and begin. */
export function startForm(): HTMLElement {
  const name = input("name", "", { required: true, maxlength: 120, placeholder: "Name of the project", "aria-label": "Name of the new project" });
  const send = h("button", { class: "primary", type: "submit" }, "New project");
  const form = h("form", { class: "inline" }, name, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(send, async () => {
      const project = await call<Project>("POST", "/api/projects", { name: name.value });
      location.hash = `#/projects/${project.id}`;
    });
  });
  return form;
}

export function projectList(projects: Project[]): HTMLElement {
  if (!projects.length) {
    return h("div", { class: "card empty" }, h("p", {}, "No project yet."), h("p", { class: "hint" }, "Give one a name above; six short steps lead from there to thirty posts. You can leave at any step and come back."));
  }
  return h("ul", { class: "card list" }, projects.map((project) =>
    h("li", {}, h("a", { href: `#/projects/${project.id}` },
      h("span", { class: "title" }, project.name),
      h("span", { class: "meta" }, project.client_name ?? "no client yet", " · ", day(project.updated_at)),
      badge(project.status),
    )),
  ));
}

export function badge(status: string): HTMLElement {
  return h("span", { class: `badge ${status}` }, WORDS[status] ?? status);
}
