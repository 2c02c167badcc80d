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
document.addEventListener("htmx:sendError", (event) => {
  const words = document.body.dataset.offline;
  const form = event.detail.elt.closest("dialog[open] form");
  const place = form ?? document.getElementById("announce");
  if (!place || !words) return;
  place.querySelector(":scope > .refused-here")?.remove();
  const notice = document.createElement("div");
  notice.className = "refused-here";
  notice.innerHTML = '<div class="notice notice--warning" role="alert"><svg class="icon" aria-hidden="true"><use href="#i-alert"/></svg><p></p></div>';
  notice.querySelector("p").textContent = words;
  place.prepend(notice);
});
window.addEventListener("online", () => document.querySelectorAll("#announce > .refused-here").forEach((notice) => notice.remove()));
// What says no is shown, even to a request that asked to swap nothing.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400 && event.detail.target?.id === "announce") event.detail.swapOverride = "innerHTML";
});
