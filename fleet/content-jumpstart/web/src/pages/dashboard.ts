// Figures, and what is under way.
import { call, type Figures, type Project } from "../api";
import { h } from "../dom";
import { projectList, startForm } from "./projects";

export async function dashboardPage(main: HTMLElement): Promise<void> {
  const [figures, projects] = await Promise.all([
    call<Figures>("GET", "/api/dashboard"),
    call<{ items: Project[] }>("GET", "/api/projects?limit=8"),
  ]);
  const failures = figures.failed_runs_percent === null ? "–" : `${figures.failed_runs_percent} %`;
  main.append(
    h("div", { class: "head" }, h("h1", {}, "Dashboard"), h("p", { class: "scope" }, figures.scope === "own" ? "Your projects" : "Everybody's projects")),
    h(
      "dl", { class: "figures" },
      figure("Posts in the last hour", String(figures.posts_per_hour), chart(figures.posts_by_hour)),
      figure("Active projects", String(figures.active_projects), h("span", {}, words(figures.projects))),
      figure("Failed runs, 24 h", failures, h("span", {}, `${figures.failed_runs} of ${figures.runs} runs, ${figures.failed_posts} posts`), figures.failed_runs > 0),
      figure("Slowest run, 24 h", figures.slowest_run_ms ? `${(figures.slowest_run_ms / 1000).toFixed(1)} s` : "–", h("span", {}, "30 posts in under 90 s is the aim"), figures.slowest_run_ms > 120_000),
      figure("Mean quality", figures.mean_score ? String(figures.mean_score) : "–", h("span", {}, "of 100, over all written posts")),
    ),
    h("section", { "aria-labelledby": "latest" }, h("div", { class: "head" }, h("h2", { id: "latest" }, "Latest projects"), startForm()), projectList(projects.items)),
  );
}

function figure(name: string, value: string, more: Node, alarming = false): HTMLElement {
  return h("div", { class: alarming ? "card figure alarming" : "card figure" }, h("dt", {}, name), h("dd", {}, h("strong", {}, value), more));
}

function words(projects: Record<string, number>): string {
  const known = ["draft", "ready", "generating", "qa"].filter((status) => projects[status]);
  return known.length ? known.map((status) => `${projects[status]} ${status === "qa" ? "in review" : status}`).join(", ") : "nothing is open";
}

/** Posts of 24 hours as bars; the words say the same to those who do not see them. */
function chart(hours: number[]): SVGSVGElement {
  const most = Math.max(1, ...hours);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 96 24");
  svg.setAttribute("class", "chart");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${hours.reduce((sum, count) => sum + count, 0)} posts in 24 hours`);
  hours.forEach((count, index) => {
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const height = count ? Math.max(2, (count / most) * 24) : 1;
    for (const [name, value] of Object.entries({ x: index * 4, y: 24 - height, width: 3, height, rx: 1 })) bar.setAttribute(name, String(value));
    if (!count) bar.setAttribute("class", "none");
    svg.append(bar);
  });
  return svg;
}
