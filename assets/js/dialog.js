// What HTMX puts into #dialog opens as a dialog; closed, the focus goes back to what opened it.
let opener = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "dialog" && !event.detail.target.open) opener = document.activeElement;
});
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target;
  if (dialog?.id !== "dialog") return;
  if (!dialog.innerHTML.trim()) return dialog.close();
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[autofocus], [aria-invalid=true]") ?? dialog.querySelector("input:not([type=hidden]), select, textarea, button"))?.focus();
});
document.addEventListener("click", (event) => {
  const close = event.target instanceof Element ? event.target.closest("[data-close]") : null;
  const dialog = close?.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
});
document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("dialog")?.addEventListener("close", (event) => {
    event.target.replaceChildren();
    if (opener?.isConnected) opener.focus();
    opener = null;
  });
});
