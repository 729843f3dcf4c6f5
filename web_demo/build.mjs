// node web_demo/build.mjs OUTPUT MODEL EXAMPLES: bundles the page into OUTPUT (made anew), with the
// files of the model's bundle and the example photos. `make web` calls it.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";

const [output, model, examples] = process.argv.slice(2);
const home = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const core = join(home, "../build/wasm/dist");
const ort = join(home, "node_modules/onnxruntime-web");
const ENGINE = "ort-wasm-simd-threaded";

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

// The runtime stays a file of its own: its threads start from it, and it is not our code.
const runtimeApart = {
  name: "runtime-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^onnxruntime-web\/wasm$/ }, () =>
      ({ path: "./ort/ort.wasm.min.mjs", external: true }));
  },
};

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  }).sort();
}

rmSync(output, { recursive: true, force: true });
mkdirSync(join(output, "ort"), { recursive: true });
cpSync(join(home, "static"), output, { recursive: true });
cpSync(model, join(output, "model"), { recursive: true });
cpSync(examples, join(output, "examples"), { recursive: true });
cpSync(join(core, "ssam.wasm"), join(output, "ssam.wasm"));
for (const name of ["ort.wasm.min.mjs", `${ENGINE}.mjs`, `${ENGINE}.wasm`]) {
  cpSync(join(ort, "dist", name), join(output, "ort", name));
}

await build({ ...common, entryPoints: { page: join(home, "src/page/main.ts") } });
await build({
  ...common,
  entryPoints: { worker: join(home, "src/worker/main.ts") },
  plugins: [runtimeApart],
  define: {
    ENGINE_BYTES: String(statSync(join(output, "ort", `${ENGINE}.wasm`)).size),
    ENGINE_VERSION: JSON.stringify(JSON.parse(readFileSync(join(ort, "package.json"), "utf8")).version),
  },
});

// Last: it names all the others; the page itself is asked for by its folder too.
const files = filesUnder(output);
const digest = createHash("sha256");
files.forEach((file) => digest.update(relative(output, file)).update("\0").update(readFileSync(file)));
const names = ["./", ...files.map((file) => relative(output, file))];
await build({
  ...common,
  entryPoints: { service_worker: join(home, "src/service_worker.ts") },
  format: "iife",
  define: { FILES: JSON.stringify(names), DIGEST: JSON.stringify(digest.digest("hex").slice(0, 16)) },
});

const ours = ["page.js", "worker.js", "service_worker.js", "index.html", "page.css", "icon.svg"];
const bytes = ours.reduce((sum, name) => sum + statSync(join(output, name)).size, 0);
writeFileSync(join(output, ".nojekyll"), "");
console.log(`${output}: ${bytes} bytes of our own code and style, ssam.wasm and model apart`);
