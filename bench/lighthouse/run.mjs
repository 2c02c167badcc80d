// Scores of pages by Lighthouse: reads {"chrome", "cookie", "urls"} from standard input, prints {url: {category: score}}.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

let said = "";
for await (const part of process.stdin) said += part;
const { chrome, cookie, urls } = JSON.parse(said);
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await launch({ chromePath: chrome, chromeFlags: flags });
const scores = {};

// A session is a cookie of the browser, as for anybody: Chromium lets no page be asked for with a Cookie of our own.
async function signIn(name, value, url) {
  const { webSocketDebuggerUrl } = await (await fetch(`http://127.0.0.1:${browser.port}/json/version`)).json();
  const line = new WebSocket(webSocketDebuggerUrl);
  await new Promise((open) => line.addEventListener("open", open, { once: true }));
  line.send(JSON.stringify({ id: 1, method: "Storage.setCookies", params: { cookies: [{ name, value, url }] } }));
  await new Promise((said) => line.addEventListener("message", said, { once: true }));
  line.close();
}

try {
  const [name, value] = cookie.split("=");
  await signIn(name, value, urls[0]);
  for (const url of urls) {
    const found = await lighthouse(url, {
      port: browser.port, onlyCategories: CATEGORIES, logLevel: "error", formFactor: "desktop", throttlingMethod: "simulate",
      screenEmulation: { mobile: false, width: 1440, height: 900, deviceScaleFactor: 1, disabled: false },
      throttling: { rttMs: 40, throughputKbps: 10240, cpuSlowdownMultiplier: 1 },
      disableStorageReset: true,
    });
    const { categories, audits, finalDisplayedUrl } = found.lhr;
    if (finalDisplayedUrl.includes("/login/")) throw new Error(`${url} asks to sign in`);
    const failed = Object.values(audits).filter((audit) => audit.score !== null && audit.score < 0.9).map((audit) => audit.id);
    scores[url] = { ...Object.fromEntries(CATEGORIES.map((name) => [name, categories[name].score])), failed };
  }
} finally {
  await browser.kill();
}
console.log(JSON.stringify(scores));
