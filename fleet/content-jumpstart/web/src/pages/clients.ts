// Clients: the list, and the profile of one.
import { call, type Client } from "../api";
import { area, busy, button, field, h, input, say } from "../dom";

export async function clientsPage(main: HTMLElement): Promise<void> {
  const list = h("div");
  const load = async (): Promise<void> => {
    const { items } = await call<{ items: Client[] }>("GET", "/api/clients?limit=100");
    list.replaceChildren(items.length
      ? h("ul", { class: "card list" }, items.map((client) => h("li", {}, row(client))))
      : h("div", { class: "card empty" }, h("p", {}, "No client yet."), h("p", { class: "hint" }, "A client is created in the first step of a project, or here.")));
  };
  const row = (client: Client): HTMLElement => {
    const open = h("button", { type: "button", class: "row" }, h("span", { class: "title" }, client.name), h("span", { class: "meta" }, client.industry || "no industry given"));
    open.addEventListener("click", () => void busy(open, async () => edit(await call<Client>("GET", `/api/clients/${client.id}`))));
    return open;
  };
  const edit = (client?: Client): void => {
    main.querySelector(".editor")?.remove();
    const form = clientForm(client, async () => {
      form.remove();
      say("The client is saved.");
      await load();
    });
    form.classList.add("editor");
    if (client) {
      form.append(button("Delete client", "danger", async () => {
        if (!confirm(`Delete ${client.name} with all its briefs and projects?`)) return;
        await call("DELETE", `/api/clients/${client.id}`);
        form.remove();
        await load();
      }));
    }
    main.append(form);
    form.scrollIntoView({ behavior: "smooth", block: "start" });
    form.querySelector("input")?.focus({ preventScroll: true });
  };
  await load();
  main.append(h("div", { class: "head" }, h("h1", {}, "Clients"), button("New client", "primary", () => edit())), list);
}

/** The profile without the voice, which is a step of its own. */
export function clientForm(client: Client | undefined, done: (client: Client) => Promise<void>): HTMLFormElement {
  const name = input("name", client?.name, { required: true, maxlength: 120 });
  const industry = input("industry", client?.industry, { maxlength: 300 });
  const audience = input("audience", client?.audience, { maxlength: 300 });
  const tone = input("tone", client?.tone, { maxlength: 300 });
  const website = input("website", client?.website, { type: "url", maxlength: 300, placeholder: "https://" });
  const send = h("button", { class: "primary", type: "submit" }, client ? "Save client" : "Create client");
  const form = h(
    "form", { class: "card" },
    h("h2", {}, client ? client.name : "New client"),
    field("Name", name), field("Industry", industry), field("Audience", audience, "Who should read the posts?"),
    field("Tone", tone, "Plain, warm, bold: a few words."), field("Website", website), send,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(send, async () => {
      const body = { name: name.value, industry: industry.value, audience: audience.value, tone: tone.value, website: website.value };
      await done(client ? await call<Client>("PATCH", `/api/clients/${client.id}`, body) : await call<Client>("POST", "/api/clients", body));
    });
  });
  return form;
}

/** Texts from which the voice is taken. */
export function voiceForm(client: Client, done: () => Promise<void>): HTMLFormElement {
  const rows = h("div", { class: "samples" });
  const add = (label = "", text = ""): void => {
    const row = h("fieldset", { class: "sample" }, h("legend", {}, "Voice sample"),
      field("Where it is from", input("label", label, { maxlength: 80 })), field("Text", area("text", text, 4, { maxlength: 5000 })));
    row.append(button("Remove sample", "link", () => row.remove()));
    rows.append(row);
  };
  client.voice_samples.forEach((sample) => add(sample.label, sample.text));
  if (!client.voice_samples.length) add();
  const send = h("button", { class: "primary", type: "submit" }, "Save and go on");
  const form = h("form", { class: "card" }, h("h2", {}, `How does ${client.name} sound?`),
    h("p", { class: "lead" }, "Paste what the client wrote: a mail, a page, a post. Two or three are plenty; none is fine, too."),
    rows, h("div", { class: "actions" }, button("Add another", "plain", () => add()), send));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void busy(send, async () => {
      const samples = [...rows.querySelectorAll("fieldset")].map((row) => ({
        label: row.querySelector("input")?.value.trim() ?? "",
        text: row.querySelector("textarea")?.value.trim() ?? "",
      })).filter((sample) => sample.text);
      await call("PATCH", `/api/clients/${client.id}`, { voice_samples: samples });
      await done();
    });
  });
  return form;
}
