// What a manifest says.
import { Handle, Scratch, callOf, check, copyDoubles, type WasmModule } from "./wasm.js";

const NUMBERS = [
  "schemaVersion", "inputWidth", "inputHeight", "maskWidth", "maskHeight", "candidateCount",
  "maxPoints", "capabilities", "clickRadius", "boxDefault", "programCount",
] as const;
const TEXTS = ["name", "licence", "preset", "backend", "precision", "target"] as const;
const RUNS = ["photo", "prompt"] as const;

/** See ssam_bundle_info. */
export type BundleInfo = Readonly<
  Record<Exclude<(typeof NUMBERS)[number], "capabilities" | "programCount">, number> &
    Record<(typeof TEXTS)[number], string> & {
      /** Background clicks, boxes, a first mask without a prompt, predictions that build on the
       * last mask (the core sees to that). */
      negativePoints: boolean;
      box: boolean;
      automatic: boolean;
      previousMask: boolean;
    }
>;

export interface TensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  /** What fills an input: "photo", "planes", "points" …; "" for an output. */
  readonly source: string;
  /** What an output is: "heat", "masks", "scores", "embedding"; "" for an input. */
  readonly role: string;
}

export interface ProgramInfo {
  /** Unique in its bundle: "segment". */
  readonly name: string;
  /** Once a photo, or at every prediction. */
  readonly runs: (typeof RUNS)[number];
  /** Of its file, from the bundle's folder on. */
  readonly path: string;
  /** Bytes of all its files. */
  readonly fileSize: number;
  /** Multiply-adds of one run; 0 where the manifest is silent. */
  readonly macs: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** A checked manifest. The files it lists are fetched, and compared with it, by the page. */
export class ModelBundle extends Handle {
  readonly info: BundleInfo;
  /** In the order in which they run: each after those whose outputs it reads. */
  readonly programs: readonly ProgramInfo[];

  constructor(module: WasmModule, manifest: string) {
    const address = Scratch.use(module, (scratch) => {
      const text = scratch.text(manifest);
      const out = scratch.room(4);
      check(module, callOf(module, "_ssam_bundle_parse")(text.pointer, text.size, out));
      return module.HEAPU32[out / 4] ?? 0;
    });
    super(module, address, "_ssam_bundle_free", "bundle");
    const numbers = readNumbers(module, address);
    this.info = infoOf(module, address, numbers);
    this.programs = Array.from({ length: numbers.get("programCount") ?? 0 }, (_, index) =>
      programOf(module, address, index));
  }
}

function readNumbers(module: WasmModule, address: number): Map<string, number> {
  return Scratch.use(module, (scratch) => {
    const out = scratch.room(8 * NUMBERS.length);
    check(module, callOf(module, "_web_bundle_numbers")(address, out));
    const found = copyDoubles(module, out, NUMBERS.length);
    return new Map(NUMBERS.map((name, index) => [name, found[index] ?? 0]));
  });
}

function infoOf(module: WasmModule, address: number, numbers: Map<string, number>): BundleInfo {
  const texts = Object.fromEntries(TEXTS.map((name, index) =>
    [name, module.UTF8ToString(callOf(module, "_web_bundle_text")(address, index))]));
  const can = numbers.get("capabilities") ?? 0;
  const plain = [...numbers].filter(([name]) => name !== "capabilities" && name !== "programCount");
  return {
    ...Object.fromEntries(plain),
    ...texts,
    negativePoints: (can & 1) !== 0,
    box: (can & 2) !== 0,
    automatic: (can & 4) !== 0,
    previousMask: (can & 8) !== 0,
  } as unknown as BundleInfo;
}

function programOf(module: WasmModule, address: number, index: number): ProgramInfo {
  const text = (which: number): string =>
    module.UTF8ToString(callOf(module, "_web_program_text")(address, index, which));
  const [runs = 0, fileSize = 0, macs = 0, inputs = 0, outputs = 0] =
    Scratch.use(module, (scratch) => {
      const out = scratch.room(8 * 5);
      check(module, callOf(module, "_web_program_numbers")(address, index, out));
      return copyDoubles(module, out, 5);
    });
  const tensors = Array.from({ length: inputs + outputs }, (_, tensor) =>
    tensorOf(module, address, index, tensor));
  return {
    name: text(0),
    runs: RUNS[runs] ?? "prompt",
    path: text(1),
    fileSize,
    macs,
    inputs: tensors.slice(0, inputs),
    outputs: tensors.slice(inputs),
  };
}

function tensorOf(module: WasmModule, address: number, index: number, tensor: number): TensorInfo {
  const text = (which: number): string =>
    module.UTF8ToString(callOf(module, "_web_tensor_text")(address, index, tensor, which));
  const shape = Scratch.use(module, (scratch) => {
    const out = scratch.room(8 * MOST_SIDES);
    const rank = callOf(module, "_web_tensor_shape")(address, index, tensor, out);
    return copyDoubles(module, out, rank);
  });
  return { name: text(0), shape, source: text(1), role: text(2) };
}

const MOST_SIDES = 5; // SSAM_MAX_RANK
