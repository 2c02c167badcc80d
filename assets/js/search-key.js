// "/" goes to the page's search field, unless one is already writing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  const here = event.target;
  if (here instanceof HTMLElement && (here.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(here.tagName))) return;
  const field = document.querySelector('[role="search"] input[type="search"]');
  if (!field) return;
  event.preventDefault();
  field.focus();
});
