// onnxruntime-web as an engine.
import type { Engine, Tensor } from "./engines.js";

interface OnnxSession {
  run(feeds: Record<string, unknown>): Promise<Record<string, { readonly data: unknown }>>;
  release(): Promise<void>;
}

/** What is used of `import * as ort from "onnxruntime-web/wasm"`. */
export interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly InferenceSession: {
    create(model: Uint8Array, options?: object): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => unknown;
}

/** Of onnxruntime-web: in order, as the Python engine runs it. */
const OPTIONS = {
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
};

/** Loads programs (name → bytes of a .onnx file). Threads: `ort.env.wasm.numThreads`, before.
 * `providers`: onnxruntime-web's names of what runs them, the first that can; "wasm" is the processor. */
export async function onnxEngine(
  ort: OnnxRuntime, programs: Readonly<Record<string, Uint8Array>>,
  providers: readonly string[] = ["wasm"],
): Promise<Engine> {
  const options = { ...OPTIONS, executionProviders: [...providers] };
  const sessions = new Map<string, OnnxSession>();
  const release = (): void => sessions.forEach((session) => void session.release());
  try {
    // One after the other: the runtime starts with the first.
    for (const [name, bytes] of Object.entries(programs)) {
      sessions.set(name, await ort.InferenceSession.create(bytes, options));
    }
  } catch (error) {
    release();
    throw error;
  }
  return { run: (program, inputs) => run(ort, sessions, program, inputs), release };
}

async function run(
  ort: OnnxRuntime, sessions: ReadonlyMap<string, OnnxSession>, program: string,
  inputs: Readonly<Record<string, Tensor>>,
): Promise<Record<string, Float32Array>> {
  const session = sessions.get(program);
  if (session === undefined) {
    throw new Error("it was not loaded");
  }
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data, shape }]) =>
    [name, new ort.Tensor("float32", data, shape)]));
  const found = Object.entries(await session.run(feeds));
  // The core says what is wrong with anything but floats.
  return Object.fromEntries(found.map(([name, { data }]) => [name, data as Float32Array]));
}
