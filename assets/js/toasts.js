// A toast leaves after ten seconds, unless one is reading it or about to undo.
function watch(toast) {
  let timer = 0;
  const leave = () => { timer = setTimeout(() => toast.remove(), 10_000); };
  const stay = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stay);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, () => { stay(); leave(); });
  leave();
}
const all = () => document.querySelectorAll(".toast[data-leaves]:not([data-watched])").forEach((toast) => { toast.dataset.watched = ""; watch(toast); });
document.addEventListener("DOMContentLoaded", all);
document.addEventListener("htmx:afterSettle", all);
document.addEventListener("htmx:oobAfterSwap", all);
