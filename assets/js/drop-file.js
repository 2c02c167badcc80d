// A file dropped on a zone goes into the zone's own field, as if it had been chosen.
function zoneOf(event) {
  return event.target instanceof Element ? event.target.closest("[data-drop]") : null;
}
document.addEventListener("dragover", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  zone.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => zoneOf(event)?.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  const zone = zoneOf(event);
  const field = zone?.querySelector('input[type="file"]');
  if (!field || !event.dataTransfer?.files.length) return;
  event.preventDefault();
  zone.classList.remove("is-over");
  field.files = event.dataTransfer.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
});
