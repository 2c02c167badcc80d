// Where [data-line] links stand in a list: the arrows go to the one beside, Enter presses [data-accept]; after either, the
// focus is on the line that is current. Nothing happens while one is writing or a dialog is open.
const lines = () => [...document.querySelectorAll("a[data-line]")].filter((line) => line.offsetParent !== null);
const here = (found) => found.find((line) => line.getAttribute("aria-current"));
const isTaken = (node) => node instanceof Element && Boolean(node.closest("input, textarea, select, summary, button, a:not([data-line])"));
let wanted = "";
const mark = (line) => { here(lines())?.removeAttribute("aria-current"); line.setAttribute("aria-current", "true"); };
// While an answer is on its way, the line that is wanted waits for it: it would come to a link that is gone.
function go(line) {
  if (!document.querySelector("a[data-line].htmx-request")) return line.click();
  wanted = line.href;
  mark(line);
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
  if (document.body.dataset.keys === "off" || document.querySelector("dialog[open]") || !document.querySelector("[data-line]")) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) {
    const found = lines();
    const next = found[found.indexOf(here(found)) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    go(next);
  }
  if (event.key === "Enter" && !event.repeat && !isTaken(event.target)) {
    const line = event.target instanceof Element ? event.target.closest("a[data-line]") : null;
    const accept = document.querySelector("[data-accept]");
    if (line && !line.getAttribute("aria-current")) return;
    event.preventDefault();
    accept?.click();
  }
});
// Once a line is left, what is on the screen is no longer its own: no key may act on it until the new one is there.
function disarm() {
  for (const name of ["data-key", "data-accept"]) document.querySelectorAll(`.proposal [${name}]`).forEach((node) => node.removeAttribute(name));
}
document.addEventListener("htmx:beforeRequest", (event) => {
  const line = event.detail.elt;
  if (!line.matches("a[data-line]")) return;
  mark(line);
  disarm();
});
const waiting = () => (wanted ? lines().find((line) => line.href === wanted) : undefined);
document.addEventListener("htmx:afterSwap", () => {
  const next = waiting();
  if (next) { mark(next); disarm(); }
});
document.addEventListener("htmx:afterSettle", () => {
  const next = waiting();
  wanted = "";
  next?.click();
  if (document.activeElement && document.activeElement !== document.body) return;
  here(lines())?.focus({ preventScroll: true });
});
