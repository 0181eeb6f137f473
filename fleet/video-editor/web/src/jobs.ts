// Previews and exports: begun, watched, fetched.

import { get, type Job, send } from "./api";
import { clock, el, failed, toast } from "./dom";

const WORDS = { queued: "waits", running: "renders", done: "done", failed: "failed", cancelled: "cancelled" };

export function jobsPanel(project: string) {
  const list = el("ul", { className: "jobs" });
  const element = el("section", { hidden: true }, el("h2", {}, "Renderings"), list);
  let timer = 0;

  async function look() {
    clearTimeout(timer);
    const told = await get<{ items: Job[] }>(`/api/projects/${project}/jobs`).catch(() => null);
    const jobs = (told?.items ?? []).filter((job) => job.kind === "export" || job.kind === "preview").slice(0, 6);
    element.hidden = jobs.length === 0;
    list.replaceChildren(...jobs.map(row));
    if (jobs.some((job) => job.state === "queued" || job.state === "running")) timer = window.setTimeout(look, 500);
  }

  function row(job: Job) {
    const act = (what: string, words: string) =>
      el("button", { className: "link", onclick: () => void send("POST", `/api/jobs/${job.id}/${what}`).then(look, failed) }, words);
    const name = job.kind === "export" ? "Export" : "Preview";
    return el("li", { title: job.error ?? "" }, el("span", {}, `${name}: ${WORDS[job.state]}`),
      job.state === "running" && el("progress", { max: 1, value: job.progress }),
      (job.state === "queued" || job.state === "running") && act("cancel", "Cancel"),
      job.state === "failed" && act("retry", "Try again"),
      job.output && el("a", { href: `/api/jobs/${job.id}/file`, target: "_blank" }, `Open (${clock(job.output.duration_ms, false)})`));
  }

  void look();
  return {
    element,
    async start(what: "previews" | "exports") {
      await send("POST", `/api/projects/${project}/${what}`);
      toast(what === "exports" ? "The export has begun." : "The preview has begun.");
      await look();
    },
  };
}
