// The compiled core as TypeScript sees it: its memory, its calls, and the care for both.
import { StateError, errorOf } from "./errors.js";

/** Statuses that the wrapper itself hands back to the core. */
export const OK = 0;
export const ERROR_CANCELLED = 6;
export const ERROR_ENGINE = 14;

/** The calls that C makes during a prediction (engines.ts). */
export interface EngineCalls {
  input(engine: number, name: number, data: number, count: number, shape: number,
    rank: number): void;
  ask(engine: number, program: number, message: number, size: number): number;
  output(engine: number, program: number, name: number, data: number, count: number,
    message: number, size: number): number;
  release(engine: number): void;
}

/** What Emscripten's loader gives. Memory may move: views are asked for anew every time. */
export interface WasmModule {
  HEAPU8: Uint8Array;
  HEAP32: Int32Array;
  HEAPU32: Uint32Array;
  HEAPF32: Float32Array;
  HEAPF64: Float64Array;
  UTF8ToString(pointer: number, most?: number): string;
  engines: EngineCalls;
  [call: `_${string}`]: (...numbers: number[]) => number;
}

/** The default export of ssam.mjs. */
export type WasmLoader = (settings?: object) => Promise<unknown>;

const encoder = new TextEncoder();

/** A call by its name; a name that the build did not export is a bug. */
export function callOf(module: WasmModule, name: `_${string}`): (...numbers: number[]) => number {
  const found = module[name];
  if (found === undefined) {
    throw new Error(`the core was built without ${name}`);
  }
  return found;
}

/** Throws the typed error of a status that is not OK. */
export function check(module: WasmModule, status: number): void {
  if (status !== OK) {
    throw failure(module, status);
  }
}

/** The typed error of a status, with the core's last sentence. */
export function failure(module: WasmModule, status: number): Error {
  const name = module.UTF8ToString(callOf(module, "_ssam_status_name")(status));
  return errorOf(name, module.UTF8ToString(callOf(module, "_ssam_last_error")()));
}

/** Memory of the core for the time of one function: all of it is freed at its end. */
export class Scratch {
  private readonly taken: number[] = [];

  private constructor(private readonly module: WasmModule) {}

  static use<T>(module: WasmModule, body: (scratch: Scratch) => T): T {
    const scratch = new Scratch(module);
    try {
      return body(scratch);
    } finally {
      for (const pointer of scratch.taken) {
        callOf(module, "_free")(pointer);
      }
    }
  }

  /** Room for so many bytes, aligned for numbers of any type, 0. */
  room(bytes: number): number {
    const pointer = callOf(this.module, "_malloc")(Math.max(bytes, 1)) >>> 0;
    if (pointer === 0) {
      throw errorOf("SSAM_ERROR_OUT_OF_MEMORY", "out of memory");
    }
    this.taken.push(pointer);
    this.module.HEAPU8.fill(0, pointer, pointer + bytes);
    return pointer;
  }

  bytes(values: ArrayLike<number>): number {
    const pointer = this.room(values.length);
    this.module.HEAPU8.set(values, pointer);
    return pointer;
  }

  floats(values: ArrayLike<number>): number {
    const pointer = this.room(4 * values.length);
    this.module.HEAPF32.set(values, pointer / 4);
    return pointer;
  }

  integers(values: ArrayLike<number>): number {
    const pointer = this.room(4 * values.length);
    this.module.HEAPU32.set(values, pointer / 4);
    return pointer;
  }

  doubles(values: ArrayLike<number>): number {
    const pointer = this.room(8 * values.length);
    this.module.HEAPF64.set(values, pointer / 8);
    return pointer;
  }

  /** UTF-8 and its length without the NUL. */
  text(value: string): { pointer: number; size: number } {
    const encoded = encoder.encode(value);
    const pointer = this.room(encoded.length + 1);
    this.module.HEAPU8.set(encoded, pointer);
    return { pointer, size: encoded.length };
  }
}

export function copyBytes(module: WasmModule, pointer: number, count: number): Uint8Array {
  return module.HEAPU8.slice(pointer, pointer + count);
}

export function copyFloats(module: WasmModule, pointer: number, count: number): Float32Array {
  return module.HEAPF32.slice(pointer / 4, pointer / 4 + count);
}

export function copyIntegers(module: WasmModule, pointer: number, count: number): Uint32Array {
  return module.HEAPU32.slice(pointer / 4, pointer / 4 + count);
}

export function copyDoubles(module: WasmModule, pointer: number, count: number): number[] {
  return [...module.HEAPF64.subarray(pointer / 8, pointer / 8 + count)];
}

// What is forgotten instead of freed goes when the garbage collector finds it.
const forgotten = new FinalizationRegistry<() => void>((free) => free());

/** A handle of the core. `free` it when done; a second time does nothing. */
export abstract class Handle {
  private pointer: number;

  protected constructor(
    readonly module: WasmModule,
    pointer: number,
    private readonly release: `_${string}`,
    private readonly what: string,
  ) {
    this.pointer = pointer;
    forgotten.register(this, () => callOf(module, release)(pointer), this);
  }

  /** The core's address. Throws StateError after `free`. */
  get address(): number {
    if (this.pointer === 0) {
      throw new StateError(`the ${this.what} was freed: it must not be used again`, "SSAM_ERROR_STATE");
    }
    return this.pointer;
  }

  free(): void {
    if (this.pointer !== 0) {
      forgotten.unregister(this);
      callOf(this.module, this.release)(this.pointer);
      this.pointer = 0;
    }
  }
}
