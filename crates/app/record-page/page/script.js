"use strict";
const all = (wanted) => document.querySelectorAll(wanted);
const turn = (open) => all("details.step, details.output").forEach((one) => { one.open = open; });
const reveal = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
};
document.getElementById("unfold").onclick = () => turn(true);
document.getElementById("fold").onclick = () => turn(false);
document.querySelector(".buttons").hidden = false;
addEventListener("beforeprint", () => turn(true));
addEventListener("hashchange", reveal);
all("time").forEach((one) => { one.title = new Date(one.dateTime).toLocaleString() + " here"; });
reveal();
