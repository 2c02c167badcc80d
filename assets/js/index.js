// Small verbs that know nothing of invoices. Every page works without them.
import "htmx.org";
import "./focus-first-error.js";
import "./drop-file.js";
import "./search-key.js";
import "./submit-on-change.js";
import "./submit-key.js";
