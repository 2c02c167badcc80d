// "/" goes to the page's search field, where the shell has no search of its own (palette.js) and nobody is writing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.querySelector("[data-search]") || document.body.dataset.keys === "off") return;
  const here = event.target;
  if (here instanceof HTMLElement && (here.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(here.tagName))) return;
  const field = document.querySelector('[role="search"] input[type="search"]');
  if (!field) return;
  event.preventDefault();
  field.focus();
});
