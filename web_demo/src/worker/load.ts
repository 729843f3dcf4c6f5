// The engine's and the model's files, from beside the page, with one account of what has arrived.
import * as ort from "onnxruntime-web/wasm";
import { Segmenter } from "squeezesam";
import type { Loading, Ready } from "../protocol.js";

const ROOT = new URL("./", import.meta.url);
const ENGINE = "ort/ort-wasm-simd-threaded";

// Written by the build.
declare const ENGINE_BYTES: number;
declare const ENGINE_VERSION: string;

/** Loads all; `tell` hears of bytes of the engine and the model together. */
export async function load(
  tell: (loading: Loading) => void,
): Promise<{ segmenter: Segmenter; ready: Ready }> {
  const start = performance.now();
  let engine = 0;
  let model = { loaded: 0, total: 0 };
  const count = (): void =>
    tell({ loaded: engine + model.loaded, total: ENGINE_BYTES + model.total });
  ort.env.wasm.wasmPaths = { mjs: new URL(`${ENGINE}.mjs`, ROOT).href };
  ort.env.wasm.wasmBinary = await fetchEngine((bytes) => {
    engine += bytes;
    count();
  });
  const segmenter = await Segmenter.load(new URL("model/", ROOT), {
    ort,
    onProgress(progress) {
      model = progress;
      count();
    },
  });
  const ready = {
    info: segmenter.info,
    engine: `onnxruntime-web ${ENGINE_VERSION}, WebAssembly SIMD`,
    threads: ort.env.wasm.numThreads ?? 1,
    modelBytes: model.total,
    engineBytes: ENGINE_BYTES,
    milliseconds: performance.now() - start,
  };
  return { segmenter, ready };
}

async function fetchEngine(arrived: (bytes: number) => void): Promise<ArrayBuffer> {
  const answer = await fetch(new URL(`${ENGINE}.wasm`, ROOT));
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
