// A form marked data-submit-on-change is sent when one of its choices changes.
document.addEventListener("change", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-submit-on-change]") : null;
  if (form && form.checkValidity()) form.requestSubmit();
});
