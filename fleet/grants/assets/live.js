// Keeps a budget's figures as they are now. Events are numbered: after a break the missing ones are asked for.
"use strict";
(() => {
  const place = document.getElementById("budget");
  const state = document.getElementById("live");
  const events = document.getElementById("events");
  if (!place || !("WebSocket" in window)) return;
  let sequence = Number(place.dataset.sequence);
  let pause = 500;
  const words = {
    "budget.line-added": (d) => `Line ${d.name} was added`,
    "budget.committed": (d) => `${euros(d.amount_cents)} of ${d.line} committed`,
    "budget.paid": (d) => `${euros(d.amount_cents)} paid (${d.reference})`,
    "budget.reconciled": (d) => `Reconciled with ${d.statement}: ${d.reconciled} settled, ${d.outstanding} outstanding`,
  };

  function euros(cents) {
    return (cents / 100).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) + " €";
  }

  function put(cell, cents) {
    const text = euros(cents);
    if (!cell || cell.textContent === text) return;
    cell.textContent = text;
    cell.classList.remove("changed");
    void cell.offsetWidth;
    cell.classList.add("changed");
  }

  function cellsOf(line) {
    const found = document.querySelector(`[data-line="${CSS.escape(line.id)}"]`);
    if (found) return found;
    const row = document.createElement("tr");
    row.dataset.line = line.id;
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = line.name;
    row.append(name);
    for (const of of ["planned_cents", "committed_cents", "paid_cents", "available_cents"]) {
      const cell = document.createElement("td");
      cell.className = "figure";
      cell.dataset.of = of;
      row.append(cell);
    }
    document.getElementById("lines").append(row);
    return row;
  }

  function show(event) {
    sequence = event.sequence;
    for (const [name, cents] of Object.entries(event.totals)) put(document.querySelector(`[data-total="${name}"]`), cents);
    for (const line of event.lines) {
      const row = cellsOf(line);
      for (const cell of row.querySelectorAll("[data-of]")) put(cell, line[cell.dataset.of]);
    }
    const item = document.createElement("li");
    const what = document.createElement("span");
    what.textContent = (words[event.kind] || (() => event.kind))(event.detail);
    const when = document.createElement("time");
    when.className = "quiet";
    when.dateTime = event.at;
    when.textContent = new Date(event.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    item.append(what, when);
    if (events.firstElementChild && events.firstElementChild.className === "quiet") events.replaceChildren();
    events.prepend(item);
    while (events.children.length > 8) events.lastElementChild.remove();
  }

  function connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/api/budgets/${place.dataset.budget}/events?after=${sequence}`);
    socket.onopen = () => {
      pause = 500;
      state.textContent = "live";
      state.classList.add("on");
    };
    socket.onmessage = (message) => show(JSON.parse(message.data));
    socket.onclose = () => {
      state.textContent = "connecting anew…";
      state.classList.remove("on");
      setTimeout(connect, pause * (0.5 + Math.random()));
      pause = Math.min(pause * 2, 10000);
    };
  }
  connect();
})();
