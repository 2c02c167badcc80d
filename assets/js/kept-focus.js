// An item that an answer drew again, or took away, gives the focus it had to the one that now stands in its place.
const items = () => [...document.querySelectorAll("[data-item]")].filter((item) => item.offsetParent !== null);
const within = (item) => item.matches("a, button, [tabindex]") ? item : item.querySelector("a, button, [tabindex]");
let last = null; // { id, index, key } of the item where the focus was
document.addEventListener("focusin", (event) => {
  const item = event.target.closest("[data-item]");
  if (item) last = { id: item.id, index: items().indexOf(item), key: event.target.closest("[data-key]")?.dataset.key };
  else if (!event.target.closest("dialog")) last = null;
});
function giveBack() {
  if (!last || document.querySelector("dialog[open]") || (document.activeElement && document.activeElement !== document.body)) return;
  const found = items(), item = found.find((one) => one.id && one.id === last.id) ?? found[Math.min(last.index, found.length - 1)];
  if (!item) return;
  const same = last.key && item.querySelector(`[data-key="${CSS.escape(last.key)}"]`);
  (same || within(item))?.focus({ preventScroll: true });
}
for (const name of ["htmx:afterSettle", "htmx:oobAfterSwap"]) document.addEventListener(name, () => setTimeout(giveBack));
document.addEventListener("close", () => setTimeout(giveBack), true);
