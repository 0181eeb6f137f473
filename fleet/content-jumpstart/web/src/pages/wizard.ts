// The wizard: six steps from a client to a delivery. Each step is kept on the server as soon as it is done, so that it can be
// left and gone on with anywhere.
import { call, follow, type Brief, type Choice, type Client, type Place, type Project, type Run } from "../api";
import { area, busy, button, day, field, h, input, lines, say } from "../dom";
import { clientForm, voiceForm } from "./clients";
import { badge } from "./projects";
import { reviewStep } from "./review";

const STEPS = ["Client", "Voice", "Brief", "Plan", "Write", "Review"];

export async function wizardPage(main: HTMLElement, stop: AbortSignal, id = ""): Promise<void> {
  let project = await call<Project>("GET", `/api/projects/${id}`);
  const draw = async (step: number): Promise<void> => {
    const body = h("div", { class: "step" });
    const keep = async (change: object): Promise<void> => {
      project = await call<Project>("PATCH", `/api/projects/${id}`, change);
    };
    const go = async (next: number): Promise<void> => {
      if (project.status !== "generating" && next !== project.step) await keep({ step: next });
      await draw(next);
    };
    const drawn: Record<number, () => Promise<HTMLElement> | HTMLElement> = {
      1: () => clientStep(project, async (client) => { await keep({ client_id: client.id, step: 2 }); await draw(2); }),
      2: async () => voiceForm(await call<Client>("GET", `/api/clients/${project.client_id}`), () => go(3)),
      3: () => briefStep(project, async (brief) => { await keep({ brief_id: brief.id, step: 4 }); await draw(4); }),
      4: () => planStep(project, async (change) => { await keep({ ...change, step: 5 }); await draw(5); }),
      5: () => writeStep(project, stop, async () => { project = await call<Project>("GET", `/api/projects/${id}`); }, draw),
      6: () => reviewStep(project, draw),
    };
    body.append(await (drawn[step] ?? drawn[1])!());
    main.replaceChildren(
      h("div", { class: "head" }, h("h1", {}, project.name), badge(project.status)),
      trail(project, step, (next) => draw(next)),
      body,
    );
  };
  await draw(project.status === "generating" ? 5 : project.step);
}

/** Where one is, and the steps that can be gone to. */
function trail(project: Project, now: number, go: (step: number) => Promise<void>): HTMLElement {
  const reached = (step: number): boolean =>
    project.status === "generating" ? step === 5
      : step === 1 || (step <= 3 && !!project.client_id) || (step === 4 && !!project.brief_id)
        || (step === 5 && project.status !== "draft") || (step === 6 && ["qa", "delivered"].includes(project.status));
  return h("nav", { class: "trail", "aria-label": "Steps" }, h("ol", {}, STEPS.map((title, index) => {
    const step = index + 1;
    const words = [h("span", { class: "number" }, step), h("span", { class: "name" }, title)];
    if (step === now) return h("li", {}, h("span", { class: "now", "aria-current": "step" }, ...words));
    if (!reached(step)) return h("li", {}, h("span", {}, ...words));
    const link = h("button", { type: "button" }, ...words);
    link.addEventListener("click", () => void busy(link, () => go(step)));
    return h("li", {}, link);
  })));
}

async function clientStep(project: Project, done: (client: Client) => Promise<void>): Promise<HTMLElement> {
  const { items } = await call<{ items: Client[] }>("GET", "/api/clients?limit=100");
  const choose = items.length && h("section", { class: "card" }, h("h2", {}, "Choose a client"), h("div", { class: "choices" }, items.map((client) =>
    button(client.id === project.client_id ? `${client.name} ✓` : client.name, "plain", () => done(client)))));
  return h("div", {}, choose || null, clientForm(undefined, done));
}

async function briefStep(project: Project, done: (brief: Brief) => Promise<void>): Promise<HTMLElement> {
  const path = `/api/clients/${project.client_id}/briefs`;
  const { items } = await call<{ items: Brief[] }>("GET", path);
  const known = items.length ? h("section", { class: "card" }, h("h2", {}, "Take a brief that is there"), h("div", { class: "choices" }, items.map((brief) =>
    button(`${brief.title}${brief.id === project.brief_id ? " ✓" : ""}`, "plain", () => done(brief))))) : null;
  const file = h("input", { type: "file", accept: ".txt,.md,text/plain,text/markdown" });
  const upload = h("form", { class: "card" }, h("h2", {}, "Upload a brief"),
    field("Text file", file, "Plain text with headings such as Offer, Audience, Pain points, Benefits, Proof, Keywords, Call to action."));
  const send = h("button", { class: "plain", type: "submit" }, "Upload and go on");
  upload.append(send);
  upload.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(send, async () => {
      const chosen = file.files?.[0];
      if (!chosen) throw new Error("Choose a file first.");
      const form = new FormData();
      form.append("file", chosen);
      await done(await call<Brief>("POST", `${path}/upload`, form));
    });
  });
  const latest = items.find((brief) => brief.id === project.brief_id);
  return h("div", {}, known, briefForm(latest, (body) => call<Brief>("POST", path, body).then(done)), upload);
}

function briefForm(brief: Brief | undefined, send: (body: object) => Promise<void>): HTMLElement {
  const title = input("title", brief?.title ?? `Brief of ${day(new Date().toISOString())}`, { required: true, maxlength: 120 });
  const offer = input("offer", brief?.offer, { required: true, maxlength: 300 });
  const audience = input("audience", brief?.audience, { maxlength: 300 });
  const list = (name: string, entries: string[] | undefined) => area(name, entries?.join("\n"), 3);
  const pains = list("pains", brief?.pains), benefits = list("benefits", brief?.benefits);
  const proof = list("proof", brief?.proof), keywords = list("keywords", brief?.keywords);
  const call_to_action = input("call_to_action", brief?.call_to_action, { maxlength: 160 });
  const submit = h("button", { class: "primary", type: "submit" }, "Save and go on");
  const form = h("form", { class: "card" }, h("h2", {}, "Write the brief"),
    field("Title", title), field("What is offered", offer), field("For whom", audience),
    field("What hurts them", pains, "One in each line, as it would stand in a sentence: “invoices that are paid late”."),
    field("What they gain", benefits, "One in each line: “free evenings”."),
    field("Facts and stories that may be told", proof, "One in each line. Nothing else will be claimed."),
    field("Words they look for", keywords, "One in each line."),
    field("What readers should do", call_to_action, "“Book a free call”."), submit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(submit, () => send({
      title: title.value, offer: offer.value, audience: audience.value, pains: lines(pains.value), benefits: lines(benefits.value),
      proof: lines(proof.value), keywords: lines(keywords.value), call_to_action: call_to_action.value,
    }));
  });
  return form;
}

async function planStep(project: Project, done: (change: object) => Promise<void>): Promise<HTMLElement> {
  const { templates, platforms } = await call<{ templates: Choice[]; platforms: Place[] }>("GET", "/api/generator/templates");
  const box = (group: string, id: string, checked: boolean, title: string, more?: string): HTMLElement => {
    const tick = h("input", { type: "checkbox", name: group, value: id, checked });
    return h("label", { class: "tick" }, tick, h("span", {}, h("strong", {}, title), more ? h("small", {}, more) : null));
  };
  const submit = h("button", { class: "primary", type: "submit" }, "Save and go on");
  const form = h("form", { class: "card" }, h("h2", {}, "Plan the thirty posts"),
    h("fieldset", {}, h("legend", {}, "Platforms"), h("div", { class: "ticks" }, platforms.map((one) => box("platforms", one.id, project.platforms.includes(one.id), one.title)))),
    h("fieldset", {}, h("legend", {}, "Kinds of posts"), h("div", { class: "ticks" }, templates.map((one) => box("templates", one.id, project.templates.includes(one.id), one.title, one.purpose)))),
    h("p", { class: "hint" }, "Posts are dealt out evenly; the more kinds, the more they differ."), submit);
  const ticked = (name: string): string[] => [...form.querySelectorAll<HTMLInputElement>(`input[name=${name}]:checked`)].map((one) => one.value);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(submit, async () => {
      if (!ticked("platforms").length || !ticked("templates").length) throw new Error("Tick at least one platform and one kind of post.");
      await done({ platforms: ticked("platforms"), templates: ticked("templates") });
    });
  });
  return form;
}

function writeStep(project: Project, stop: AbortSignal, reload: () => Promise<void>, draw: (step: number) => Promise<void>): HTMLElement {
  const again = ["qa", "delivered"].includes(project.status);
  const bar = h("progress", { max: 30, value: 0, "aria-label": "Posts written" });
  const words = h("p", { role: "status", class: "lead" });
  const place = h("div", { class: "actions" });
  const tell = (run: Run): void => {
    bar.value = run.written + run.failed;
    bar.max = run.total;
    words.textContent = run.status === "running" ? `${run.written} of ${run.total} posts are written${run.failed ? `, ${run.failed} failed` : ""}.`
      : run.status === "done" ? `Done: ${run.written} posts in ${(run.took_ms / 1000).toFixed(1)} s.`
        : run.status === "cancelled" ? "Cancelled. What was written is gone with the next run." : `Failed: ${run.fault ?? "no post was written"}`;
  };
  const watch = async (id: string): Promise<void> => {
    place.replaceChildren(button("Cancel", "danger", async () => { await call("POST", `/api/generator/runs/${id}/cancel`, {}); }));
    const run = await follow(id, tell, stop);
    await reload();
    if (run.status === "done") {
      say(`${run.written} posts are written.`);
      await draw(6);
    } else {
      place.replaceChildren(start("Try again"));
    }
  };
  const start = (label: string): HTMLElement => button(label, "primary", async () => {
    if (again && !confirm("The posts of the run before are replaced, approvals, too. Go on?")) return;
    const run = await call<Run>("POST", "/api/generator/generate-all", { project_id: project.id, client_id: project.client_id });
    tell(run);
    void watch(run.id).catch((error: Error) => error.name !== "AbortError" && say(error.message, "bad"));
  });
  words.textContent = again ? "The posts are written. You may write them all anew." : "Everything is there. Thirty posts, five at a time; you may leave meanwhile.";
  place.append(start(again ? "Write all anew" : "Write 30 posts"));
  if (project.status === "generating" && project.run_id) void watch(project.run_id).catch(() => undefined);
  return h("section", { class: "card write" }, h("h2", {}, "Write the posts"), words, bar, place);
}
