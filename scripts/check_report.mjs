#!/usr/bin/env node
// Opens reports in headless Chromium, as those do who get them, and says what is wrong: errors on the console, requests, something wider than the
// screen, letters of the timeline too small or upon each other, Japanese without a Japanese font, and whatever axe finds (WCAG 2.2 A and AA).
//
//     npm install --prefix target/report-check scripts/report   (once: axe-core, of a pinned version)
//     node scripts/check_report.mjs target/report-check report.html ...
//
// Each report is looked at 1280 and 390 pixels wide, light and dark, with everything unfolded. Screenshots lie in that folder afterwards.
// Exit code: 0 nothing is wrong, 1 something is, 77 Chromium or axe-core is not there.

import { spawn, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const WIDTHS = [1280, 390];
const SCHEMES = ["light", "dark"];
const JAPANESE_FONT = /CJK|Noto Sans JP|Noto Serif JP|Gothic|Mincho|IPA|Hiragino|Meiryo|Takao|VL |Droid Sans Fallback|Source Han/i;

const [folder, ...files] = process.argv.slice(2);
if (!folder || files.length === 0) {
  console.error("usage: check_report.mjs FOLDER REPORT.html ...");
  process.exit(2);
}

function missing(what) {
  console.log(`SKIPPED: ${what}`);
  process.exit(77);
}

function chromium() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
  const places = (process.env.PATH ?? "").split(delimiter);
  const found = names.flatMap((name) => places.map((place) => join(place, name))).find((path) => existsSync(path));
  return process.env.CHROMIUM ?? found ?? missing("there is no Chromium in PATH");
}

const axePath = ["node_modules/axe-core/axe.min.js", "node_modules/report/node_modules/axe-core/axe.min.js"]
  .map((path) => join(folder, path))
  .find((path) => existsSync(path));
const axe = axePath ? readFileSync(axePath, "utf8") : missing(`there is no axe-core in ${folder}`);

/** Chromium, spoken to over two pipes. */
class Browser {
  constructor(program) {
    this.profile = mkdtempSync(join(tmpdir(), "report-check-"));
    const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions", "--hide-scrollbars"];
    flags.push("--remote-debugging-pipe", `--user-data-dir=${this.profile}`, "about:blank");
    this.process = spawn(program, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.waiting = new Map();
    this.listeners = new Set();
    this.last = 0;
    let rest = "";
    this.process.stdio[4].setEncoding("utf8");
    this.process.stdio[4].on("data", (data) => {
      const messages = (rest + data).split("\0");
      rest = messages.pop();
      for (const message of messages) this.hear(JSON.parse(message));
    });
    this.process.on("exit", () => {
      for (const { reject } of this.waiting.values()) reject(new Error("Chromium ended"));
    });
  }

  hear(message) {
    if (message.id === undefined) {
      for (const listener of this.listeners) listener(message);
      return;
    }
    const { resolve, reject } = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) reject(new Error(`${message.error.message} ${message.error.data ?? ""}`));
    else resolve(message.result);
  }

  ask(method, params = {}, sessionId = undefined) {
    this.last += 1;
    const id = this.last;
    this.process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  async end() {
    const ended = new Promise((done) => this.process.on("exit", done));
    await this.ask("Browser.close").catch(() => {});
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Runs within the page. What is wrong with its layout, in words. */
function layout() {
  const wrong = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) wrong.push(`the page is ${wide} pixels wide on a screen of ${innerWidth}`);
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > innerWidth + 1 && !element.closest(".scroll"))
      wrong.push(`<${element.tagName.toLowerCase()}> ends at ${Math.round(box.right)}: ${element.textContent.slice(0, 60)}`);
    if (wrong.length > 8) break;
  }
  const chart = document.querySelector(".timeline .scroll > svg");
  if (!chart) return [...wrong, "there is no timeline"];
  const scale = chart.getBoundingClientRect().width / chart.viewBox.baseVal.width;
  const placed = (selector) => [...chart.querySelectorAll(selector)].map((text) => ({ text, box: text.getBoundingClientRect() }));
  for (const { text } of placed("text")) {
    const size = parseFloat(getComputedStyle(text).fontSize) * scale;
    if (size < 8) wrong.push(`"${text.textContent}" in the timeline is ${size.toFixed(1)} pixels high`);
  }
  for (const selector of ["text.tick:not(.date)", "text.name", ".gate-mark text, .window-name"]) {
    const texts = placed(selector);
    texts.forEach(({ text, box }, place) => {
      for (const other of texts.slice(place + 1)) {
        const apart = box.right <= other.box.left + 1 || other.box.right <= box.left + 1 || box.bottom <= other.box.top + 1 || other.box.bottom <= box.top + 1;
        if (!apart) wrong.push(`"${text.textContent}" and "${other.text.textContent}" stand upon each other in the timeline`);
      }
    });
  }
  const bars = placed("rect.bar").filter(({ box }) => box.width >= 1 && box.height >= 5);
  if (bars.length === 0) wrong.push("the timeline has no bar that can be seen");
  return wrong.slice(0, 20);
}

/** Runs within the page, behind axe's own source. */
async function accessibility() {
  const rules = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
  const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"], preload: false });
  return found.violations.map((one) => `${one.id} (${one.impact}): ${one.help}; ${one.nodes.length} times, first ${one.nodes[0].target} ${one.nodes[0].failureSummary}`);
}

async function look(browser, file, width, scheme, japanese) {
  const wrong = [];
  const { targetId } = await browser.ask("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await browser.ask("Target.attachToTarget", { targetId, flatten: true });
  const ask = (method, params) => browser.ask(method, params, sessionId);
  const run = async (expression, awaitPromise = false) => {
    const { result, exceptionDetails } = await ask("Runtime.evaluate", { expression, awaitPromise, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const url = pathToFileURL(resolve(file)).href;
  let loaded;
  const whole = new Promise((done) => (loaded = done));
  const listener = ({ method, params, sessionId: from }) => {
    if (from !== sessionId) return;
    if (method === "Page.loadEventFired") loaded();
    if (method === "Runtime.exceptionThrown") wrong.push(`exception: ${params.exceptionDetails.text}`);
    if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(params.type)) wrong.push(`console: ${JSON.stringify(params.args)}`);
    if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level)) wrong.push(`console: ${params.entry.text}`);
    if (method === "Network.requestWillBeSent" && params.request.url !== url) wrong.push(`it asks for ${params.request.url}`);
  };
  browser.listeners.add(listener);
  for (const room of ["Page", "Runtime", "Log", "Network", "DOM", "CSS"]) await ask(`${room}.enable`);
  await ask("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 });
  await ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await ask("Page.navigate", { url });
  await whole;
  const name = `${basename(file, ".html")}-${width}-${scheme}`;
  const shot = async (named, clip) => {
    const { data } = await ask("Page.captureScreenshot", { format: "png", captureBeyondViewport: true, clip: { ...clip, scale: 1 } });
    writeFileSync(join(folder, `${named}.png`), Buffer.from(data, "base64"));
  };
  await shot(name, { x: 0, y: 0, width, height: 2600 });
  await run("document.querySelectorAll('details').forEach((one) => (one.open = true))");
  wrong.push(...(await run(`(${layout})()`)));
  if (japanese) {
    const { root } = await ask("DOM.getDocument", { depth: 0 });
    for (const selector of ["h1", "h2", "caption", "figcaption", "svg text.tick", ".figures dt"]) {
      const { nodeId } = await ask("DOM.querySelector", { nodeId: root.nodeId, selector });
      const words = nodeId ? await run(`document.querySelector(${JSON.stringify(selector)}).textContent`) : "";
      if (!/[\u3040-\u30ff\u4e00-\u9fff]/.test(words)) continue;
      const { fonts } = await ask("CSS.getPlatformFontsForNode", { nodeId });
      if (!fonts.some((font) => JAPANESE_FONT.test(font.familyName))) wrong.push(`${selector} is written in ${fonts.map((font) => font.familyName)}`);
    }
  }
  await run(axe);
  wrong.push(...(await run(`(${accessibility})()`, true)));
  browser.listeners.delete(listener);
  await browser.ask("Target.closeTarget", { targetId });
  return wrong;
}

function japaneseFont() {
  try {
    return execFileSync("fc-list", [":lang=ja", "family"], { encoding: "utf8" }).trim() !== "";
  } catch {
    return false;
  }
}

const browser = new Browser(chromium());
const hasFont = japaneseFont();
let bad = 0;
try {
  for (const file of files) {
    const japanese = /<html lang="ja"/.test(readFileSync(file, "utf8").slice(0, 400));
    if (japanese && !hasFont) console.log(`SKIPPED: there is no Japanese font, so that of ${file} is not looked at`);
    for (const width of WIDTHS) {
      for (const scheme of SCHEMES) {
        const wrong = await look(browser, file, width, scheme, japanese && hasFont);
        bad += wrong.length;
        console.log([`${basename(file)} at ${width}, ${scheme}: ${wrong.length === 0 ? "nothing is wrong" : "wrong"}`, ...wrong].join("\n  "));
      }
    }
  }
} finally {
  await browser.end();
}
process.exit(bad === 0 ? 0 : 1);
