// One photo, its prompts, and predictions from them.
import type { ProgramInfo } from "./bundle.js";
import { answer, type Engine, type Engines, type Question } from "./engines.js";
import { CancelledError } from "./errors.js";
import { Mask, optionNumbers, type PredictOptions } from "./mask.js";
import { writePhoto, type Photo } from "./photo.js";
import { NUMBERS_A_PROMPT, promptsOf, type AutomaticClicks, type Prompt } from "./prompts.js";
import { Handle, Scratch, callOf, check, copyDoubles, failure } from "./wasm.js";
import type { WasmModule } from "./wasm.js";

type Answers = Map<string, Readonly<Record<string, Float32Array>>>;

/** Made by `Segmenter.open`. Coordinates are pixels of the upright photo, the centre of the first
 * one at (0, 0). The latest `predict` wins: one that is under way is rejected with CancelledError. */
export class Session extends Handle {
  private turn = 0; // of the latest prediction
  private revision = 0; // of the prompts
  private current: Promise<Mask> | undefined;

  constructor(
    module: WasmModule,
    address: number,
    private readonly engines: Engines,
    private readonly engine: Engine,
    private readonly programs: readonly ProgramInfo[],
  ) {
    super(module, address, "_ssam_session_free", "session");
  }

  /** Takes another photo and forgets the prompts of the former one. */
  setPhoto(photo: Photo): void {
    this.cancel();
    Scratch.use(this.module, (scratch) => {
      const given = writePhoto(scratch, photo);
      check(this.module, callOf(this.module, "_web_set_image")(this.address, given.data, given.facts));
    });
  }

  /** A click: this belongs to the object, or with `foreground: false`, this does not. */
  addPoint(x: number, y: number, options: { readonly foreground?: boolean } = {}): void {
    ++this.revision;
    const foreground = options.foreground === false ? 0 : 1;
    check(this.module, callOf(this.module, "_ssam_session_add_point")(this.address, x, y, foreground));
  }

  /** The one box; it replaces the former. */
  setBox(x0: number, y0: number, x1: number, y1: number): void {
    ++this.revision;
    check(this.module, callOf(this.module, "_ssam_session_set_box")(this.address, x0, y0, x1, y1));
  }

  /** Takes back the last addPoint, setBox or clear; false if there was nothing to take back. */
  undo(): boolean {
    ++this.revision;
    return Scratch.use(this.module, (scratch) => {
      const undone = scratch.room(4);
      check(this.module, callOf(this.module, "_ssam_session_undo")(this.address, undone));
      return this.module.HEAP32[undone / 4] !== 0;
    });
  }

  clear(): void {
    ++this.revision;
    check(this.module, callOf(this.module, "_ssam_session_clear")(this.address));
  }

  /** How automatic clicks are found in what stands out: its centre and those of its quarters, as
   * every session begins, or three of its pixels drawn by `seed` (0 to 2³² − 1), as EfficientSAM
   * does. A seed draws the same clicks in every language. */
  setAutomatic(how: AutomaticClicks, seed = 0): void {
    ++this.revision;
    const call = callOf(this.module, "_ssam_session_set_automatic");
    // -1, which the core refuses, for any other word or seed.
    const sound = Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff;
    check(this.module, call(this.address, sound ? ["centres", "random"].indexOf(how) : -1, seed));
  }

  /** What the person gave: the box, then the clicks by age. */
  get prompts(): Prompt[] {
    return Scratch.use(this.module, (scratch) => {
      const call = callOf(this.module, "_web_session_prompts");
      const count = scratch.room(4);
      check(this.module, call(this.address, 0, 0, count));
      const capacity = this.module.HEAPU32[count / 4] ?? 0;
      const out = scratch.room(8 * NUMBERS_A_PROMPT * capacity);
      check(this.module, call(this.address, out, capacity, count));
      return promptsOf(copyDoubles(this.module, out, NUMBERS_A_PROMPT * capacity));
    });
  }

  /** The mask for the prompts; without a foreground click or a box, the automatic mask. Prompts that
   * change meanwhile count: the engine is asked again. */
  async predict(options: PredictOptions = {}): Promise<Mask> {
    const turn = ++this.turn;
    // The former one ends at its next stage; until then the session is its own.
    while (this.current !== undefined) {
      await this.current.catch(() => undefined);
      this.stopUnlessLatest(turn);
    }
    this.current = this.predictInTurn(turn, options);
    try {
      return await this.current;
    } finally {
      this.current = undefined;
    }
  }

  /** Makes the `predict` under way reject with CancelledError at the end of its stage. */
  cancel(): void {
    ++this.turn;
  }

  private async predictInTurn(turn: number, options: PredictOptions): Promise<Mask> {
    const answers: Answers = new Map();
    const times: Record<string, number> = {};
    for (;;) {
      const made = this.attempt(answers, options, times);
      if (made instanceof Mask) {
        return made;
      }
      const revision = this.revision;
      const start = performance.now();
      const found = await answer(this.engine, made);
      times[made.program] = performance.now() - start;
      this.stopUnlessLatest(turn);
      // What runs once a photo looks at the photo alone; the others saw the former prompts.
      const asked = this.programs.find((program) => program.name === made.program);
      if (asked?.runs === "photo" || revision === this.revision) {
        answers.set(made.program, found);
      }
    }
  }

  /** A mask, or what the engine must be asked first. */
  private attempt(
    answers: Answers, options: PredictOptions, times: Readonly<Record<string, number>>,
  ): Mask | Question {
    return Scratch.use(this.module, (scratch) => {
      const numbers = scratch.doubles(optionNumbers(options));
      const out = scratch.room(4);
      const { status, question } = this.engines.attemptCall(answers, () =>
        callOf(this.module, "_web_predict")(this.address, numbers, out));
      if (question !== undefined) {
        return question;
      }
      if (status !== 0) {
        throw failure(this.module, status);
      }
      return new Mask(this.module, this.module.HEAPU32[out / 4] ?? 0, times);
    });
  }

  private stopUnlessLatest(turn: number): void {
    if (turn !== this.turn) {
      throw new CancelledError("the prediction was cancelled", "SSAM_ERROR_CANCELLED");
    }
  }
}
