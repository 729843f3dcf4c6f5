// The engine's and the model's files, from beside the page, with one account of what has arrived.
import { Segmenter, type OnnxRuntime } from "squeezesam";
import type { Loading, Ready } from "../protocol.js";
import { chooseEngine, type EngineName, type Graphics } from "./engine.js";

const ROOT = new URL("./", import.meta.url);
const MODEL = new URL("model/", ROOT);

/** Written by the build: of each engine the start of its files' names, and the bytes of the largest. */
declare const ENGINES: Readonly<Record<EngineName, { readonly files: string; readonly bytes: number }>>;
declare const ENGINE_VERSION: string;

type Tell = (loading: Loading) => void;

interface Loaded {
  readonly segmenter: Segmenter;
  readonly ready: Ready;
}

/** `asked`: the engine that the page's address asks for. `tell` hears of bytes of the engine and the
 * model together. Where WebGPU fails, however late, WebAssembly takes its place. */
export async function load(asked: string | null, tell: Tell): Promise<Loaded> {
  const start = performance.now();
  const graphics = (navigator as { gpu?: Graphics }).gpu;
  let { engine, why } = await chooseEngine(asked, await precisionOf(MODEL), graphics);
  if (engine === "webgpu") {
    try {
      return await loadWith(engine, "", start, tell);
    } catch (error) {
      why = `WebGPU failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return loadWith("wasm", why, start, tell);
}

async function loadWith(
  engine: EngineName, why: string, start: number, tell: Tell,
): Promise<Loaded> {
  const ort = engine === "webgpu" ? await import("onnxruntime-web/webgpu")
    : await import("onnxruntime-web/wasm");
  const { files, bytes } = ENGINES[engine];
  let arrived = 0;
  let model = { loaded: 0, total: 0 };
  const count = (): void => tell({ loaded: arrived + model.loaded, total: bytes + model.total });
  ort.env.wasm.wasmPaths = { mjs: new URL(`ort/${files}.mjs`, ROOT).href };
  ort.env.wasm.wasmBinary = await fetchEngine(`ort/${files}.wasm`, (piece) => {
    arrived += piece;
    count();
  });
  const segmenter = await Segmenter.load(MODEL, {
    ort: ort as unknown as OnnxRuntime,
    providers: engine === "webgpu" ? ["webgpu", "wasm"] : ["wasm"],
    onProgress(progress) {
      model = progress;
      count();
    },
  });
  if (engine === "webgpu") {
    await tryOut(segmenter);
  }
  const ready = {
    model: segmenter.info.name,
    licence: segmenter.info.licence,
    modelBytes: model.total,
    engine: named(engine, why, ort.env.wasm.numThreads ?? 1, bytes),
    milliseconds: performance.now() - start,
  };
  return { segmenter, ready };
}

function named(engine: EngineName, why: string, threads: number, bytes: number): string {
  const name = engine === "webgpu" ? "WebGPU"
    : `WebAssembly SIMD, ${threads} thread${threads > 1 ? "s" : ""}`;
  const alone = engine === "webgpu" || threads > 1 || globalThis.crossOriginIsolated ? []
    : ["more threads need a cross-origin isolated page"];
  const reasons = [...(why === "" ? [] : [why]), ...alone];
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  const note = reasons.length === 0 ? "" : ` (${reasons.join("; ")})`;
  return `onnxruntime-web ${ENGINE_VERSION}, ${size}: ${name}${note}`;
}

/** A graphics processor may refuse a network as late as in its first run. */
async function tryOut(segmenter: Segmenter): Promise<void> {
  const session = segmenter.open({
    data: new Uint8Array(3 * 64 * 64).fill(128), width: 64, height: 64, format: "rgb",
  });
  try {
    session.addPoint(32, 32);
    (await session.predict()).free();
  } finally {
    session.free();
  }
}

async function precisionOf(model: URL): Promise<string> {
  const answer = await fetch(new URL("manifest.json", model));
  if (!answer.ok) {
    throw new Error(`the model cannot be loaded: the server says ${answer.status}`);
  }
  const { precision } = (await answer.json()) as { precision?: unknown };
  return typeof precision === "string" ? precision : "";
}

async function fetchEngine(path: string, arrived: (bytes: number) => void): Promise<ArrayBuffer> {
  const answer = await fetch(new URL(path, ROOT));
  if (!answer.ok || answer.body === null) {
    throw new Error(`the engine cannot be loaded: the server says ${answer.status}`);
  }
  const counted = answer.body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, control) {
      arrived(piece.length);
      control.enqueue(piece);
    },
  }));
  return new Response(counted).arrayBuffer();
}
