// "/" or Ctrl/Cmd K opens the search of the shell in a dialog. There the arrows choose, Enter opens what is chosen.
const isWriting = (node) => node instanceof HTMLElement && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));
const search = () => document.querySelector("[data-search]");
document.addEventListener("keydown", (event) => {
  const isChord = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey
    && !isWriting(event.target) && document.body.dataset.keys !== "off";
  if (!isChord && !isSlash) return;
  const link = search();
  if (!link || (document.querySelector("dialog[open]") && !document.querySelector("[data-palette]"))) return;
  event.preventDefault();
  const field = document.querySelector("[data-palette] [role=combobox]");
  if (field) field.select(); else link.click();
});
const choices = (palette) => [...palette.querySelectorAll("[role=option][href]")];
function choose(palette, option) {
  for (const other of choices(palette)) other.setAttribute("aria-selected", String(other === option));
  const field = palette.querySelector("[role=combobox]");
  if (option) field.setAttribute("aria-activedescendant", option.id); else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}
const chosen = (palette) => choices(palette).find((option) => option.getAttribute("aria-selected") === "true");
document.addEventListener("keydown", (event) => {
  const palette = event.target instanceof Element && event.target.matches("[role=combobox]") ? event.target.closest("[data-palette]") : null;
  if (!palette) return;
  const all = choices(palette), here = all.indexOf(chosen(palette));
  const to = { ArrowDown: here + 1, ArrowUp: here - 1 + (here < 0 ? all.length + 1 : 0) }[event.key];
  if (to !== undefined && all.length) {
    event.preventDefault();
    choose(palette, all[(to + all.length) % all.length]);
  } else if (event.key === "Enter" && chosen(palette)) {
    event.preventDefault();
    chosen(palette).click();
  }
});
// What was typed since is answered: the first line is chosen again.
document.addEventListener("htmx:afterSettle", (event) => {
  const palette = document.querySelector("dialog[open] [data-palette]");
  if (palette && (event.target.id === "found" || event.target.id === "dialog")) choose(palette, palette.querySelector("[role=combobox]").value ? choices(palette)[0] : undefined);
});
