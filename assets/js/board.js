// Cards moved between columns: by dragging, or picked up with Space on their handle. The server says where they stay.
import "./kept.js";
import htmx from "htmx.org";
const board = () => document.querySelector("[data-board]");
const say = (text) => { const place = document.getElementById("announce-move") ?? document.getElementById("announce"); if (place) place.textContent = text; };
const nameOf = (column) => column.querySelector("h2").textContent;
const fill = (key, card, column) => (board()?.dataset[key] ?? "").replace("{card}", card.dataset.name).replace("{column}", nameOf(column));
let held = null; // { card, list, next }: where the card was, to put it back

function pick(card) {
  held = { card, list: card.parentElement, next: card.nextElementSibling };
  card.classList.add("is-held");
}
function place(column) {
  const list = column.querySelector(".cards");
  if (held.card.parentElement !== list) list.prepend(held.card);
  for (const one of board().querySelectorAll(".column")) one.classList.toggle("is-over", one === column);
}
function letGo() {
  held.card.classList.remove("is-held");
  for (const one of board()?.querySelectorAll(".is-over") ?? []) one.classList.remove("is-over");
}
function putBack(was) { was.list.insertBefore(was.card, was.next?.parentElement === was.list ? was.next : null); }
function drop() {
  const was = held, { card } = held, column = card.closest(".column");
  letGo();
  held = null;
  if (card.parentElement === was.list) return putBack(was);
  card.classList.add("is-moving");
  say(fill("dropped", card, column));
  const values = { stage: column.dataset.stage, was: card.dataset.was };
  htmx.ajax("POST", card.dataset.move, { source: card, swap: "none", values }).catch(() => {});
  card.addEventListener("htmx:afterRequest", (event) => {
    card.classList.remove("is-moving");
    if (!event.detail.successful && card.isConnected) putBack(was);
  }, { once: true });
}
function escape() {
  const was = held;
  letGo();
  held = null;
  putBack(was);
  say(fill("back", was.card, was.card.closest(".column")));
}

document.addEventListener("keydown", (event) => {
  const handle = event.target instanceof Element ? event.target.closest("[data-board] [data-handle]") : null;
  if (!handle) return;
  const card = handle.closest(".card");
  if (!held && event.key === " ") {
    event.preventDefault();
    pick(card);
    return say(fill("picked", card, card.closest(".column")));
  }
  if (!held) return;
  const columns = [...board().querySelectorAll(".column")], here = columns.indexOf(card.closest(".column"));
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined && !["Enter", " ", "Escape"].includes(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.key === "Escape") { escape(); return handle.focus(); }
  if (step === undefined) { drop(); return handle.focus(); }
  const column = columns[Math.min(columns.length - 1, Math.max(0, here + step))];
  place(column);
  handle.focus();
  column.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(fill("over", card, column));
}, true);
document.addEventListener("click", (event) => {
  if (held && event.target instanceof Element && event.target.closest("[data-handle]")) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);

const ready = () => board()?.querySelectorAll(".card[data-move]").forEach((card) => { card.draggable = true; });
document.addEventListener("DOMContentLoaded", ready);
document.addEventListener("htmx:load", ready);
document.addEventListener("dragstart", (event) => {
  const card = event.target instanceof Element ? event.target.closest("[data-board] .card") : null;
  if (!card) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.name);
  pick(card);
});
document.addEventListener("dragover", (event) => {
  const column = held && event.target instanceof Element ? event.target.closest("[data-board] .column") : null;
  if (!column) return;
  event.preventDefault();
  for (const one of board().querySelectorAll(".column")) one.classList.toggle("is-over", one === column);
});
document.addEventListener("drop", (event) => {
  const column = held && event.target instanceof Element ? event.target.closest("[data-board] .column") : null;
  if (!column) return;
  event.preventDefault();
  place(column);
  drop();
});
document.addEventListener("dragend", () => { if (held) escape(); });

// A dialog whose form did its work closes.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.requestConfig?.elt?.closest?.("form[data-closes]");
  if (form && event.detail.successful && event.detail.requestConfig.verb === "post") form.closest("dialog")?.close();
});
