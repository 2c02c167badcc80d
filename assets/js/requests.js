// What every HTMX request carries and how its failures show: the token of the session, busy after 300 ms, 401 above the
// form that was sent, a word when the network is away.
const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
document.addEventListener("htmx:configRequest", (event) => {
  const token = cookie("csrftoken") ?? document.querySelector("[data-csrf]")?.dataset.csrf;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const node = event.detail.elt;
  node.busyTimer = setTimeout(() => node.setAttribute("aria-busy", "true"), 300);
});
document.addEventListener("htmx:afterRequest", (event) => {
  clearTimeout(event.detail.elt.busyTimer);
  event.detail.elt.removeAttribute("aria-busy");
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status < 400 || event.detail.xhr.status === 422) return;
  const form = event.detail.requestConfig.elt.closest("dialog[open] form, form");
  if (event.detail.xhr.status !== 401 && !form?.closest("dialog[open]")) return;
  if (!form) return;
  event.detail.shouldSwap = false;
  form.querySelector(":scope > .refused-here")?.remove();
  const place = document.createElement("div");
  place.className = "refused-here";
  place.innerHTML = event.detail.xhr.responseText;
  form.prepend(place);
});
document.addEventListener("htmx:sendError", () => {
  const place = document.getElementById("announce");
  const words = document.body.dataset.offline;
  if (place && words) place.textContent = words;
});
// What says no is shown, even to a request that asked to swap nothing.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400 && event.detail.target?.id === "announce") event.detail.swapOverride = "innerHTML";
});
