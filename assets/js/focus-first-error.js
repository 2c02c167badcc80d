// After a refused form comes back, the first wrong field takes the focus.
function focusFirstError(root) {
  const field = root.querySelector?.('[aria-invalid="true"]');
  if (field) field.focus();
}
document.addEventListener("htmx:afterSettle", (event) => focusFirstError(event.target));
document.addEventListener("DOMContentLoaded", () => focusFirstError(document));
