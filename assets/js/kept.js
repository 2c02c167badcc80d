// What is tapped without a network is kept on the device with its hour and key, and sent in order when it is back.
// [data-kept] is the button or form; [data-kept-by] around it says for whom, and in which words.
const STORE = "comptant-kept";
const around = () => document.querySelector("[data-kept-by]");
const read = () => { try { return JSON.parse(localStorage.getItem(STORE)) ?? []; } catch { return []; } };
const write = (list) => { if (list.length) localStorage.setItem(STORE, JSON.stringify(list)); else localStorage.removeItem(STORE); };
const addressOf = (node) => node.getAttribute("hx-post");

function keep(node) {
  const form = node.form ?? node, key = node.name === "once" ? node.value : form.querySelector("[name=once]")?.value;
  const list = read(), url = addressOf(node);
  if (list.some((one) => one.key === key)) return;
  list.push({ by: around().dataset.keptBy, url, key, at: new Date().toISOString() });
  write(list);
  mark();
  const place = document.getElementById("announce");
  if (place) place.textContent = around().dataset.keptText;
}
function mark() {
  const kept = new Set(read().map((one) => one.url));
  for (const node of document.querySelectorAll("[data-kept]")) {
    const item = node.closest(".card, tr, form.btn") ?? node, is = kept.has(addressOf(node));
    item.classList.toggle("is-kept", is);
    if (is) item.dataset.kept ||= around().dataset.keptWord;
    if (item.matches(".card, tr")) node.disabled = is;
  }
}
document.addEventListener("htmx:beforeRequest", (event) => {
  const node = event.detail.elt;
  if (!node.matches?.("[data-kept]") || navigator.onLine || !around()) return;
  event.preventDefault();
  keep(node);
});
document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt.matches?.("[data-kept]") && around()) keep(event.detail.elt);
});

let sending = false;
async function send() {
  if (sending || !navigator.onLine || !around()) return;
  sending = true;
  let sent = 0;
  try {
    for (const one of read().filter((kept) => kept.by === around().dataset.keptBy)) {
      const body = new URLSearchParams({ once: one.key ?? "", occurred_at: one.at });
      const token = document.querySelector("[data-csrf]")?.dataset.csrf ?? "";
      const headers = { "X-CSRFToken": token, "HX-Request": "true" };
      const answer = await fetch(one.url, { method: "POST", body, headers, credentials: "same-origin" });
      if (answer.status === 401 || answer.status >= 500) break;
      write(read().filter((kept) => kept.key !== one.key || kept.url !== one.url));
      sent += 1;
    }
  } catch { /* still no network: what is left stays kept */ } finally { sending = false; }
  if (sent) location.reload(); else mark();
}
addEventListener("online", send);
document.addEventListener("DOMContentLoaded", () => { mark(); send(); });
document.addEventListener("htmx:afterSettle", () => { if (around()) mark(); });
