// Review and delivery: read, mend, approve, and hand over.
import { call, download, type Deliverable, type Flag, type Post, type Project } from "../api";
import { area, busy, button, day, field, h, input, say } from "../dom";

const PLATFORMS: Record<string, string> = { linkedin: "LinkedIn", x: "X", facebook: "Facebook", instagram: "Instagram", newsletter: "Newsletter" };
const FILTERS: [string, (post: Post) => boolean][] = [
  ["All", () => true],
  ["Flagged", (post) => post.flags.length > 0 && post.status !== "rejected"],
  ["To review", (post) => post.status === "written"],
  ["Approved", (post) => post.status === "approved"],
  ["Rejected", (post) => post.status === "rejected" || post.status === "failed"],
];

export async function reviewStep(project: Project, draw: (step: number) => Promise<void>): Promise<HTMLElement> {
  let { items: posts } = await call<{ items: Post[] }>("GET", `/api/projects/${project.id}/posts`);
  let filter = 0;
  const list = h("div", { class: "posts" });
  const bar = h("div", { class: "filters", role: "group", "aria-label": "Which posts" });
  const show = (): void => {
    bar.replaceChildren(...FILTERS.map(([title, holds], index) => {
      const one = h("button", { type: "button", class: "plain", "aria-pressed": String(index === filter) }, `${title} ${posts.filter(holds).length}`);
      one.addEventListener("click", () => { filter = index; show(); });
      return one;
    }));
    const shown = posts.filter(FILTERS[filter]![1]);
    list.replaceChildren(...(shown.length ? shown.map((post) => card(post, reload)) : [h("p", { class: "card empty" }, "No post here.")]));
  };
  const reload = async (): Promise<void> => {
    posts = (await call<{ items: Post[] }>("GET", `/api/projects/${project.id}/posts`)).items;
    show();
  };
  show();
  const approve = button("Approve all without a flag", "primary", async () => {
    const { approved } = await call<{ approved: number }>("POST", `/api/projects/${project.id}/approve`, {});
    say(approved === 1 ? "One post is approved." : `${approved} posts are approved.`);
    await reload();
  });
  return h("div", {}, h("div", { class: "head" }, bar, approve), list, await delivery(project, draw));
}

function card(post: Post, reload: () => Promise<void>): HTMLElement {
  const body = area("body", post.body, Math.min(24, 1 + post.body.split("\n").length + Math.floor(post.body.length / 60)), { "aria-label": `Text of post ${post.number}` });
  const save = button("Save text", "plain", async () => { await change({ body: body.value }); say(`Post ${post.number} is saved.`); });
  save.hidden = true;
  body.addEventListener("input", () => { save.hidden = body.value === post.body; });
  const change = async (what: object): Promise<void> => {
    await call("PATCH", `/api/posts/${post.id}`, what);
    await reload();
  };
  const again = button("Write anew", "plain", async () => {
    await call("POST", "/api/generator/regenerate", { post_id: post.id });
    await reload();
  });
  const verdict = post.status === "approved" ? button("Take approval back", "plain", () => change({ status: "written" }))
    : button("Approve", "primary", () => change({ status: "approved" }));
  return h(
    "article", { class: `card post ${post.status}`, "aria-label": `Post ${post.number}` },
    h("div", { class: "post-head" },
      h("h3", {}, `${post.number} · ${PLATFORMS[post.platform] ?? post.platform}`), h("span", { class: "meta" }, post.template.replaceAll("-", " ")),
      h("span", { class: `score ${post.score >= 85 ? "good" : post.score >= 60 ? "fair" : "poor"}`, title: "Quality, of 100" }, post.score),
      post.status !== "written" ? h("span", { class: `badge ${post.status}` }, post.status) : null),
    post.status === "failed" ? h("p", { class: "flag error" }, post.note) : body,
    h("ul", { class: "flags" }, post.flags.map((flag: Flag) => h("li", { class: `flag ${flag.severity}` }, h("strong", {}, flag.kind.replaceAll("_", " ")), ` ${flag.detail}`))),
    h("div", { class: "actions" }, save, again, post.status !== "rejected" && post.status !== "failed" ? button("Reject", "plain", () => change({ status: "rejected" })) : null, post.status !== "failed" ? verdict : null),
  );
}

async function delivery(project: Project, draw: (step: number) => Promise<void>): Promise<HTMLElement> {
  const { items } = await call<{ items: Deliverable[] }>("GET", `/api/projects/${project.id}/deliverables`);
  const format = h("select", { name: "format" }, [["docx", "Word (.docx)"], ["pdf", "PDF"], ["txt", "Plain text"]].map(([value, words]) => h("option", { value: value ?? "" }, words ?? "")));
  const recipient = input("recipient", "", { required: true, maxlength: 254 });
  const send = h("button", { class: "primary", type: "submit" }, "Make the file");
  const form = h("form", { class: "inline" }, field("Format", format), field("Goes to", recipient), send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(send, async () => {
      const made = await call<Deliverable>("POST", `/api/projects/${project.id}/deliverables`, { format: format.value, recipient: recipient.value });
      await download(`/api/deliverables/${made.id}/file`, made.file_name);
      say(made.letters_lost ? `Delivered; ${made.letters_lost} signs cannot be shown in this format, Word has them.` : "Delivered. The proof stands below.");
      await draw(6);
    });
  });
  return h("section", { class: "card", "aria-labelledby": "delivery" }, h("h2", { id: "delivery" }, "Deliver"),
    h("p", { class: "hint" }, "The approved posts, in order. The file is kept as it went out, with its digest."), form,
    items.length ? h("div", { class: "wide" }, h("table", {}, h("thead", {}, h("tr", {}, ["File", "To", "By", "On", "SHA-256", "Fetched"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, items.map((one) => h("tr", {},
        h("td", {}, button(one.file_name, "link", () => download(`/api/deliverables/${one.id}/file`, one.file_name))),
        h("td", {}, one.recipient), h("td", {}, one.delivered_by), h("td", {}, day(one.delivered_at)),
        h("td", {}, h("code", { title: one.sha256 }, one.sha256.slice(0, 12))), h("td", {}, one.downloads)))))) : null);
}
