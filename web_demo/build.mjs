// node web_demo/build.mjs OUTPUT MODEL EXAMPLES: bundles the page into OUTPUT (made anew), with the
// files of the model's bundle and the example photos. `make web` calls it.
// node web_demo/build.mjs --served OUTPUT EXAMPLES: the same page without networks, for
// `squeezesam serve`, whose sessions it uses. `make serve-page` calls it.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";

const served = process.argv[2] === "--served";
const [output, ...given] = process.argv.slice(served ? 3 : 2);
const home = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const core = join(home, "../build/wasm/dist");
const ort = join(home, "node_modules/onnxruntime-web");
// onnxruntime-web's script, and the name that its other two files share.
const ENGINES = {
  wasm: { script: "ort.wasm.min.mjs", files: "ort-wasm-simd-threaded" },
  webgpu: { script: "ort.webgpu.min.mjs", files: "ort-wasm-simd-threaded.asyncify" },
};

const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  outdir: output,
  alias: { squeezesam: join(core, "index.js") },
  external: ["module"], // Emscripten's loader asks for it in Node
};

// The runtime stays files of its own: its threads start from them, and it is not our code.
const runtimeApart = {
  name: "runtime-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^onnxruntime-web\/(wasm|webgpu)$/ }, ({ path }) =>
      ({ path: `./ort/${ENGINES[path.split("/")[1]].script}`, external: true }));
  },
};

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  }).sort();
}

const bytesOf = (name) => statSync(join(output, name)).size;

async function buildPage(entry, examples) {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  cpSync(join(home, "static"), output, { recursive: true });
  cpSync(examples, join(output, "examples"), { recursive: true });
  await build({ ...common, entryPoints: { page: join(home, "src/page", entry) } });
}

async function buildWorker(model) {
  cpSync(model, join(output, "model"), { recursive: true });
  cpSync(join(core, "ssam.wasm"), join(output, "ssam.wasm"));
  const engines = {};
  for (const [engine, { script, files }] of Object.entries(ENGINES)) {
    for (const name of [script, `${files}.mjs`, `${files}.wasm`]) {
      cpSync(join(ort, "dist", name), join(output, "ort", name));
    }
    engines[engine] = { files, bytes: bytesOf(`ort/${files}.wasm`) };
  }
  const { version } = JSON.parse(readFileSync(join(ort, "package.json"), "utf8"));
  await build({
    ...common,
    entryPoints: { worker: join(home, "src/worker/main.ts") },
    plugins: [runtimeApart],
    define: { ENGINES: JSON.stringify(engines), ENGINE_VERSION: JSON.stringify(version) },
  });
}

/** Last: it names all the others; the page itself is asked for by its folder too. */
async function buildServiceWorker() {
  const files = filesUnder(output);
  const digest = createHash("sha256");
  files.forEach((file) =>
    digest.update(relative(output, file)).update("\0").update(readFileSync(file)));
  const names = ["./", ...files.map((file) => relative(output, file))];
  const { script, files: start } = ENGINES.webgpu;
  const later = names.filter((name) => name === `ort/${script}` || name.startsWith(`ort/${start}.`));
  await build({
    ...common,
    entryPoints: { service_worker: join(home, "src/service_worker.ts") },
    format: "iife",
    define: {
      FILES: JSON.stringify(names.filter((name) => !later.includes(name))),
      LATER: JSON.stringify(later),
      DIGEST: JSON.stringify(digest.digest("hex").slice(0, 16)),
    },
  });
}

const ours = ["page.js", "index.html", "page.css", "icon.svg"];
if (served) {
  await buildPage("served.ts", given[0]);
} else {
  await buildPage("alone.ts", given[1]);
  await buildWorker(given[0]);
  await buildServiceWorker();
  ours.push("worker.js", "service_worker.js");
  writeFileSync(join(output, ".nojekyll"), "");
}
const bytes = ours.reduce((sum, name) => sum + bytesOf(name), 0);
console.log(`${output}: ${bytes} bytes of our own code and style, ssam.wasm and model apart`);
