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
try {
  for (const url of urls) {
    const found = await lighthouse(url, {
      port: browser.port, onlyCategories: CATEGORIES, logLevel: "error", formFactor: "desktop", throttlingMethod: "simulate",
      screenEmulation: { mobile: false, width: 1440, height: 900, deviceScaleFactor: 1, disabled: false },
      throttling: { rttMs: 40, throughputKbps: 10240, cpuSlowdownMultiplier: 1 },
      extraHeaders: cookie ? { Cookie: cookie } : {},
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
