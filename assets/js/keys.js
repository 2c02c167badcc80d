// Keys: [data-key="m"] is pressed by M, within the item under the focus first; J and K walk [data-item]; G then a letter
// goes to [data-go]. None acts while one is writing, or when <body data-keys="off">.
const isWriting = (node) => node instanceof HTMLElement && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));
let going = 0;
function walk(step) {
  const items = [...document.querySelectorAll("[data-item]")].filter((item) => item.offsetParent !== null);
  if (!items.length) return false;
  const here = items.indexOf(document.activeElement?.closest?.("[data-item]"));
  const next = items[Math.min(items.length - 1, Math.max(0, here + step))];
  (next.matches("a, button, [tabindex]") ? next : next.querySelector("a, button, [tabindex]"))?.focus();
  return true;
}
function press(key) {
  const near = document.querySelector("dialog[open]") ?? document.activeElement?.closest?.("[data-item]");
  const named = (root) => [...(root?.querySelectorAll(`[data-key="${CSS.escape(key)}"]`) ?? [])].find((node) => node.offsetParent !== null);
  const target = named(near) ?? (document.querySelector("dialog[open]") ? null : named(document));
  target?.click();
  return Boolean(target);
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isWriting(event.target) || document.body.dataset.keys === "off") return;
  const key = event.key.toLowerCase();
  if (going && Date.now() - going < 1500) {
    going = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (key === "g") { going = Date.now(); return; }
  if ((key === "j" || key === "k") && walk(key === "j" ? 1 : -1)) { event.preventDefault(); return; }
  if (/^[a-z0-9?]$/.test(key) && press(key)) event.preventDefault();
});
