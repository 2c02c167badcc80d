// Small verbs that know nothing of invoices. Every page works without them.
import "htmx.org";
import "./requests.js";
import "./dialog.js";
import "./keys.js";
import "./kept-focus.js";
import "./toasts.js";
import "./focus-first-error.js";
import "./drop-file.js";
import "./search-key.js";
import "./submit-on-change.js";
import "./submit-key.js";
import "./board.js";
import "./bank.js";
import "./palette.js";
import "./passkeys.js";
