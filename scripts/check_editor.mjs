#!/usr/bin/env node
// Writes in a runbook as an editor does, with the schema that `cleave schema runbook` prints, and says what the editor would show: the language server
// is Taplo's, which VS Code's Even Better TOML runs.
//
//     npm install --prefix target/editor-check @taplo/lsp@0.8.0
//     node scripts/check_editor.mjs target/editor-check target/debug/cleave runbooks/shop-staging/runbook.toml
//
// Exit code: 0 the editor helps, 1 it does not, 77 the language server is not there.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [folder, cleave, runbook] = process.argv.slice(2);
if (!runbook) {
  console.error("usage: check_editor.mjs FOLDER CLEAVE RUNBOOK.toml");
  process.exit(2);
}
let TaploLsp;
try {
  ({ TaploLsp } = createRequire(join(resolve(folder), "node_modules", "_"))("@taplo/lsp"));
} catch {
  console.log("SKIPPED: @taplo/lsp is not in " + folder);
  process.exit(77);
}

const place = mkdtempSync(join(tmpdir(), "editor-"));
process.on("exit", () => rmSync(place, { recursive: true, force: true }));
const root = pathToFileURL(place).href;
writeFileSync(join(place, "runbook.schema.json"), execFileSync(cleave, ["schema", "runbook"]));
const schemaLine = "#:schema ./runbook.schema.json\n";
const right = schemaLine + readFileSync(runbook, "utf8");

// The server runs within this process and asks it for what an operating system has.
const environment = {
  now: () => new Date(), envVar: () => undefined, envVars: () => [], stdErrAtty: () => false,
  stdin: async () => new Uint8Array(), stdout: async (bytes) => bytes.length, stderr: async (bytes) => bytes.length,
  glob: () => [], readFile: async (path) => new Uint8Array(readFileSync(path)), writeFile: async () => {},
  urlToFilePath: (url) => (url.startsWith("file:") ? fileURLToPath(url) : undefined), isAbsolute: (path) => path.startsWith("/"), cwd: () => place, findConfigFile: () => undefined,
  js: {}, fetch: { fetch, Headers, Request, Response },
};
const waiting = new Map();
const diagnostics = new Map();
const settings = { schema: { enabled: true, catalogs: [] }, taplo: { configFile: { enabled: false } } };
const server = await TaploLsp.initialize(environment, {
  onMessage: (message) => {
    if (message.method === "workspace/configuration") {
      server.send({ jsonrpc: "2.0", id: message.id, result: message.params.items.map(() => settings) });
    } else if (message.method === "textDocument/publishDiagnostics") {
      diagnostics.set(message.params.uri, message.params.diagnostics);
    } else if (message.id !== undefined && message.method === undefined) {
      waiting.get(message.id)?.(message.result);
    }
  },
});
let asked = 0;
const ask = (method, params) =>
  new Promise((answer) => {
    asked += 1;
    waiting.set(asked, answer);
    server.send({ jsonrpc: "2.0", id: asked, method, params });
  });
const settled = () => new Promise((done) => setTimeout(done, 1500));

let opened = 0;
async function open(text) {
  opened += 1;
  const uri = `${root}/${opened}.toml`;
  server.send({ jsonrpc: "2.0", method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "toml", version: 1, text } } });
  await settled();
  return uri;
}

await ask("initialize", { processId: null, rootUri: root, capabilities: { workspace: { configuration: true } }, workspaceFolders: [{ uri: root, name: "runbooks" }] });
server.send({ jsonrpc: "2.0", method: "initialized", params: {} });

const wrong = [];
const good = await open(right);
if (diagnostics.get(good)?.length !== 0) wrong.push(`a good runbook is underlined: ${JSON.stringify(diagnostics.get(good))}`);

const misspelt = await open(right.replace(/^region\b/m, "regoin"));
const told = (diagnostics.get(misspelt) ?? []).map((one) => one.message);
if (!told.some((one) => one.includes("regoin"))) wrong.push(`a misspelt field is not told: ${JSON.stringify(told)}`);

const begun = right + '\n[[bucket]]\nname = "x"\n\n';
const half = await open(begun);
const position = { line: begun.split("\n").length - 2, character: 0 };
const offered = await ask("textDocument/completion", { textDocument: { uri: half }, position, context: { triggerKind: 1 } });
const labels = (offered?.items ?? offered ?? []).map((one) => one.label);
for (const field of ["route", "versions", "product"]) {
  if (!labels.includes(field)) wrong.push(`[[bucket]] is not offered ${field}: ${labels}`);
}

const line = right.split("\n").findIndex((one) => one.startsWith("region"));
const hovered = await ask("textDocument/hover", { textDocument: { uri: good }, position: { line, character: 2 } });
if (!JSON.stringify(hovered ?? "").includes("egion")) wrong.push(`nothing is said of a field: ${JSON.stringify(hovered)}`);

wrong.forEach((one) => console.log(one));
console.log(wrong.length === 0 ? `${[...new Set(labels)].length} fields of [[bucket]] offered, a misspelt field underlined, fields described` : "the editor does not help");
process.exit(wrong.length === 0 ? 0 : 1);
