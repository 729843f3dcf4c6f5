// Engines: what runs the programs. The core calls its engine and waits; in a browser an answer comes
// later. So a first call gives up as soon as it needs an answer, the engine is asked meanwhile, and
// the call is made again with the answer at hand. The core keeps what is done already, so that
// nothing but drawing the prompt planes (a fraction of a millisecond) happens twice.
import { EngineError } from "./errors.js";
import {
  ERROR_CANCELLED, ERROR_ENGINE, OK, copyFloats, type EngineCalls, type WasmLoader, type WasmModule,
} from "./wasm.js";

export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Runs a program of the bundle by its name. `run` gets every input by the manifest's names and gives every
 * output, as many floats as the manifest says. onnxruntime-web: see docs/web.md. */
export interface Engine {
  run(
    program: string,
    inputs: Readonly<Record<string, Tensor>>,
  ): Promise<Readonly<Record<string, Float32Array>>>;
  /** Called once, when the last segmenter or session that uses the engine is freed. */
  release?(): void;
}

/** A run that the core asked for. */
export interface Question {
  readonly program: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
}

interface Attempt {
  readonly answers: ReadonlyMap<string, Readonly<Record<string, Float32Array>>>;
  question: Question | undefined;
}

const encoder = new TextEncoder();

/** Without a prototype: a tensor may be called `__proto__`. */
function nothing<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

/** All engines of one module, by number. */
export class Engines implements EngineCalls {
  private readonly engines = new Map<number, Engine>();
  private last = 0;
  private inputs = nothing<Tensor>();
  private attempt: Attempt | undefined;

  private constructor(private readonly module: WasmModule) {
    module.engines = this;
  }

  /** Starts the core and joins it with its engines; `settings` are Emscripten's. */
  static async start(
    loader: WasmLoader, settings: object = {},
  ): Promise<{ module: WasmModule; engines: Engines }> {
    const module = (await loader(settings)) as WasmModule;
    return { module, engines: new Engines(module) };
  }

  add(engine: Engine): number {
    this.engines.set(++this.last, engine);
    return this.last;
  }

  get(number: number): Engine {
    const engine = this.engines.get(number);
    if (engine === undefined) {
      throw new Error("the engine was released");
    }
    return engine;
  }

  /** Takes back an engine that no segmenter was made with. */
  forget(number: number): void {
    this.engines.delete(number);
  }

  /** Makes a call of the core; gives its status and what it still has to know. */
  attemptCall(answers: Attempt["answers"], call: () => number): { status: number; question?: Question } {
    this.attempt = { answers, question: undefined };
    try {
      const status = call();
      const question = this.attempt.question;
      return question === undefined ? { status } : { status, question };
    } finally {
      this.attempt = undefined;
    }
  }

  input(_engine: number, name: number, data: number, count: number, shape: number,
    rank: number): void {
    this.inputs[this.module.UTF8ToString(name)] = {
      data: copyFloats(this.module, data, count),
      shape: [...this.module.HEAP32.subarray(shape / 4, shape / 4 + rank)],
    };
  }

  ask(_engine: number, program: number, message: number, size: number): number {
    const inputs = this.inputs;
    this.inputs = nothing();
    const name = this.module.UTF8ToString(program);
    if (this.attempt === undefined) {
      return this.fail("called outside of a prediction", message, size);
    }
    if (this.attempt.answers.has(name)) {
      return OK;
    }
    this.attempt.question = { program: name, inputs };
    return ERROR_CANCELLED;
  }

  output(_engine: number, program: number, name: number, data: number, count: number,
    message: number, size: number): number {
    const output = this.module.UTF8ToString(name);
    const answers = this.attempt?.answers.get(this.module.UTF8ToString(program));
    const values = answers?.[output];
    if (!(values instanceof Float32Array)) {
      return this.fail(`the engine gave no Float32Array "${output}"`, message, size);
    }
    if (values.length !== count) {
      return this.fail(
        `"${output}" has ${values.length} values instead of ${count}`, message, size);
    }
    this.module.HEAPF32.set(values, data / 4);
    return OK;
  }

  release(engine: number): void {
    const released = this.engines.get(engine);
    this.engines.delete(engine);
    released?.release?.();
  }

  private fail(why: string, message: number, size: number): number {
    const bytes = encoder.encode(why).subarray(0, size - 1);
    this.module.HEAPU8.set(bytes, message);
    this.module.HEAPU8[message + bytes.length] = 0;
    return ERROR_ENGINE;
  }
}

// The last run of each engine: engines take one at a time.
const lastRun = new WeakMap<Engine, Promise<unknown>>();

/** Asks the engine, after whatever it is doing; what it throws becomes an error of the engine. */
export function answer(
  engine: Engine, question: Question,
): Promise<Readonly<Record<string, Float32Array>>> {
  const before = lastRun.get(engine) ?? Promise.resolve();
  const run = before.then(() => ask(engine, question), () => ask(engine, question));
  lastRun.set(engine, run);
  return run;
}

async function ask(
  engine: Engine, question: Question,
): Promise<Readonly<Record<string, Float32Array>>> {
  try {
    return await engine.run(question.program, question.inputs);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      `the program '${question.program}' failed: ${why || "the engine gave no reason"}`,
      "SSAM_ERROR_ENGINE",
    );
  }
}
