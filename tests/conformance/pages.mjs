// Looks at pages in headless Chromium, for pages.py: node pages.mjs CHROMIUM AXE FOLDER FILE...
// Prints a JSON line for every file and window: violations of axe, requests off the page, console errors;
// one of all pages of the folder that are wider than a window; and one of what a reader does.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [chromium, axe, folder, ...files] = process.argv.slice(2);
const AXE = readFileSync(axe, "utf8");
const RULES = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], resultTypes: ["violations"] };
const WINDOWS = [
  { name: "wide, light", width: 1400, scheme: "light" },
  { name: "narrow, dark", width: 390, scheme: "dark" },
];
const WIDTHS = [320, 390, 600, 740, 870, 980, 1400]; // 320 is what WCAG 1.4.10 (reflow) asks for; some lie just past a breakpoint

/** Open every note and table of a page. */
const openAll = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));

async function look(browser, file, window) {
  const page = await browser.newPage();
  const url = pathToFileURL(file).href;
  const requests = [], errors = [];
  page.on("request", (request) => {
    const asked = request.url();
    if (asked.split("#")[0] !== url && !asked.startsWith("data:")) requests.push(asked);
  });
  page.on("console", (message) => { if (["error", "warn"].includes(message.type())) errors.push(message.text()); });
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.setBypassCSP(true); // for axe alone: it is put into the page after everything has been loaded and recorded
  await page.setViewport({ width: window.width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: window.scheme }]);
  await page.goto(url, { waitUntil: "networkidle0" });
  await openAll(page);
  await page.evaluate(AXE);
  const found = await page.evaluate((rules) => axe.run(document, rules), RULES);
  const violations = found.violations.map((rule) => `${rule.id}: ${rule.nodes.length} x ${rule.nodes[0].html.slice(0, 120)}`);
  await page.close();
  return { file, window: window.name, violations, requests, errors };
}

/** Every page of the folder in every width, with every note and table opened: those that must be scrolled sideways. */
async function wider(browser, folder) {
  const page = await browser.newPage(), wide = [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".html"));
  for (const name of names) {
    await page.goto(pathToFileURL(join(folder, name)).href);
    await openAll(page);
    for (const width of WIDTHS) {
      await page.setViewport({ width, height: 900 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (over > 0) wide.push(`${name} at ${width} px: ${over} px too wide`);
    }
  }
  await page.close();
  return { pages: names.length, widths: WIDTHS.length, wide };
}

/** What a reader does: the list finds a patient by words, and the link of a visit opens its note. */
async function use(browser, index, patient) {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(index).href);
  const name = await page.$eval("tbody th a", (link) => link.textContent);
  await page.type("#search", name.toLowerCase());
  const shown = await page.$$eval("tbody tr:not([hidden]) th", (cells) => cells.map((cell) => cell.textContent));
  await page.goto(pathToFileURL(patient).href);
  const visit = await page.$eval("details.visit", (details) => details.id);
  await page.goto(`${pathToFileURL(patient).href}#${visit}`);
  await page.reload();
  const open = await page.$eval("details.visit", (details) => details.open);
  await page.close();
  return { use: true, name, shown, open };
}

const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
try {
  for (const file of files) for (const window of WINDOWS) console.log(JSON.stringify(await look(browser, file, window)));
  console.log(JSON.stringify(await wider(browser, folder)));
  console.log(JSON.stringify(await use(browser, files[0], files[1])));
} finally {
  await browser.close();
}
