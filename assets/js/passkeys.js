// A passkey: the server's question goes to the device, the device's answer goes back. [data-passkey=add] is a form,
// [data-passkey=sign-in] holds a button; both stay hidden where the browser knows no passkeys.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
const forDevice = (asked) => ({
  ...asked, challenge: bytes(asked.challenge), user: asked.user && { ...asked.user, id: bytes(asked.user.id) },
  excludeCredentials: named(asked.excludeCredentials), allowCredentials: named(asked.allowCredentials),
});
function forServer(key) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (key.response[name]) response[name] = text(key.response[name]);
  return { id: key.id, rawId: text(key.rawId), type: key.type, response, clientExtensionResults: {} };
}
async function send(where, body, token, type) {
  const headers = { "X-CSRFToken": token, ...(type && { "Content-Type": type }) };
  const answer = await fetch(where, { method: "POST", body, headers });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.error ?? "");
  return said;
}
async function ask(place, form, question, verb) {
  const told = place.querySelector("[data-said]"), token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  told.textContent = "";
  try {
    const asked = await send(question, new FormData(form), token);
    let key;
    try { key = await navigator.credentials[verb]({ publicKey: forDevice(asked) }); } catch { throw new Error(place.dataset.broken); }
    const next = form.querySelector("[name=next]")?.value;
    const where = next ? `${place.dataset.answer}?next=${encodeURIComponent(next)}` : place.dataset.answer;
    location.assign((await send(where, JSON.stringify(forServer(key)), token, "application/json")).to);
  } catch (error) { told.textContent = error.message || place.dataset.broken; }
}
document.addEventListener("DOMContentLoaded", () => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  for (const place of document.querySelectorAll("[data-passkey]")) {
    place.hidden = false;
    if (place.dataset.passkey === "add") {
      place.addEventListener("submit", (event) => { event.preventDefault(); ask(place, place, place.action, "create"); });
    } else {
      place.querySelector("button").addEventListener("click", () => ask(place, place.closest("form"), place.dataset.action, "get"));
    }
  }
});
