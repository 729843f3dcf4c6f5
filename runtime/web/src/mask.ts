// The result of a prediction, and the forms it can take.
import { writePhoto, type Photo } from "./photo.js";
import { NUMBERS_A_PROMPT, promptsOf, type Prompt } from "./prompts.js";
import {
  Handle, Scratch, callOf, check, copyBytes, copyDoubles, copyFloats, copyIntegers, failure,
  type WasmModule,
} from "./wasm.js";

export interface PredictOptions {
  /** Index of one of the network's masks; default: the one with the best score. */
  readonly candidate?: number;
  /** Keep only the largest 8-connected piece. */
  readonly keepLargest?: boolean;
  /** Fill holes of up to so many photo pixels; -1: all. */
  readonly maxHoleArea?: number;
}

export interface CutoutOptions {
  /** Soft edges where the photo's are (default) or hard ones. */
  readonly soft?: boolean;
  /** Colour times alpha; ImageData wants it straight, the default. */
  readonly premultiplied?: boolean;
  /** Only the rectangle round the object and, if soft, the band round its edge. */
  readonly crop?: boolean;
}

export interface Cutout {
  /** RGBA rows without gaps. */
  readonly data: Uint8Array;
  /** Where it lies in the photo. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Milliseconds of the core's stages and, by their names, of the programs that ran for this mask. */
export interface Timings {
  /** Taking the photo in, once for all of its masks. */
  readonly open: number;
  readonly clicks: number;
  readonly prompts: number;
  readonly mask: number;
  readonly programs: Readonly<Record<string, number>>;
}

/** A closed line along pixel edges: x, y, x, y …; `parent` is -1, or the ring it is a hole in. */
export interface Ring {
  readonly points: Float32Array;
  readonly parent: number;
}

export function optionNumbers(options: PredictOptions): number[] {
  return [options.candidate ?? -1, options.keepLargest === true ? 1 : 0, options.maxHoleArea ?? 0];
}

/** Rings of a contour handle, which is freed. */
export function takeRings(module: WasmModule, contour: number): Ring[] {
  try {
    return Scratch.use(module, (scratch) => {
      const facts = scratch.room(8);
      const count = callOf(module, "_ssam_contour_ring_count")(contour);
      return Array.from({ length: count }, (_, index) => {
        const points = callOf(module, "_web_contour_ring")(contour, index, facts);
        const [parent = -1, corners = 0] = module.HEAP32.subarray(facts / 4, facts / 4 + 2);
        return { points: copyFloats(module, points, 2 * corners), parent };
      });
    });
  } finally {
    callOf(module, "_ssam_contour_free")(contour);
  }
}

/** One prediction: immutable. Independent of its session; `free` it when done. */
export class Mask extends Handle {
  /** Of the mask, which is the upright photo's. */
  readonly width: number;
  readonly height: number;
  /** The IoU that the network predicts, 0 to 1. */
  readonly score: number;
  /** Index of the mask that was taken, and how many there are. */
  readonly candidate: number;
  readonly candidateCount: number;
  /** Object pixels. */
  readonly area: number;
  /** Smallest rectangle round the object; undefined for an empty mask. */
  readonly bounds: { x: number; y: number; width: number; height: number } | undefined;
  /** What was used: the box, then the clicks by age. */
  readonly prompts: readonly Prompt[];
  readonly timings: Timings;

  constructor(module: WasmModule, address: number, programs: Timings["programs"] = {}) {
    super(module, address, "_ssam_mask_free", "mask");
    const [facts, prompts] = Scratch.use(module, (scratch) => {
      const out = scratch.room(8 * 15);
      check(module, callOf(module, "_web_mask_numbers")(address, out));
      const numbers = copyDoubles(module, out, 15);
      const count = (numbers[10] ?? 0) * NUMBERS_A_PROMPT;
      const list = scratch.room(8 * count);
      check(module, callOf(module, "_web_mask_prompts")(address, list));
      return [numbers, promptsOf(copyDoubles(module, list, count))];
    });
    const at = (index: number): number => facts[index] ?? 0;
    this.width = at(0);
    this.height = at(1);
    this.score = at(2);
    this.candidate = at(3);
    this.candidateCount = at(4);
    this.area = at(5);
    this.bounds = at(5) === 0 ? undefined : { x: at(6), y: at(7), width: at(8), height: at(9) };
    this.prompts = prompts;
    this.timings = { open: at(11), clicks: at(12), prompts: at(13), mask: at(14), programs };
  }

  /** height × width bytes, `value` inside and 0 outside. */
  bytes(value = 255): Uint8Array {
    return this.rendered("_web_mask_render", value);
  }

  /**
   * height × width bytes: how certain the network is of each pixel, round(255 · sigmoid(logit)).
   * To draw over the photo; what a cut-out has is made from the photo as well.
   */
  alpha(): Uint8Array {
    return this.rendered("_web_mask_alpha");
  }

  /** height × width logits; above 0 is the object, before pieces and holes were looked at. */
  logits(): Float32Array {
    const count = this.width * this.height;
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(4 * count);
      check(this.module, callOf(this.module, "_web_mask_logits")(this.address, out));
      return copyFloats(this.module, out, count);
    });
  }

  /** The object cut out of its photo: opaque inside, soft only in a band round its edge. */
  cutout(photo: Photo, options: CutoutOptions = {}): Cutout {
    const { soft = true, premultiplied = false, crop = false } = options;
    const flags = [Number(soft), Number(premultiplied), Number(crop)];
    return Scratch.use(this.module, (scratch) => {
      const call = callOf(this.module, "_web_mask_cutout");
      const given = writePhoto(scratch, photo);
      const rect = scratch.room(16);
      check(this.module, call(this.address, given.data, given.facts, ...flags, rect, 0));
      const [x = 0, y = 0, width = 0, height = 0] =
        this.module.HEAP32.subarray(rect / 4, rect / 4 + 4);
      const out = scratch.room(4 * width * height);
      check(this.module, call(this.address, given.data, given.facts, ...flags, rect, out));
      return { data: copyBytes(this.module, out, 4 * width * height), x, y, width, height };
    });
  }

  /** Outlines; `epsilon`: how far, in pixels, a simplified line may stray. */
  contour(epsilon = 0): Ring[] {
    const contour = this.made("_ssam_mask_contour", epsilon);
    return takeRings(this.module, contour);
  }

  /** COCO run lengths, and COCO's compressed string of them. */
  rleCounts(): Uint32Array {
    return Scratch.use(this.module, (scratch) => {
      const call = callOf(this.module, "_ssam_mask_rle_counts");
      const count = scratch.room(4);
      check(this.module, call(this.address, 0, 0, count));
      const length = this.module.HEAPU32[count / 4] ?? 0;
      const out = scratch.room(4 * length);
      check(this.module, call(this.address, out, length, count));
      return copyIntegers(this.module, out, length);
    });
  }

  rle(): string {
    return Scratch.use(this.module, (scratch) => {
      const call = callOf(this.module, "_ssam_mask_rle_string");
      const length = scratch.room(4);
      check(this.module, call(this.address, 0, 0, length));
      const capacity = (this.module.HEAPU32[length / 4] ?? 0) + 1;
      const out = scratch.room(capacity);
      check(this.module, call(this.address, out, capacity, length));
      return this.module.UTF8ToString(out);
    });
  }

  /** Another mask from the same prediction; no network runs. */
  derive(options: PredictOptions = {}): Mask {
    return Scratch.use(this.module, (scratch) =>
      new Mask(this.module, this.made("_web_derive", scratch.doubles(optionNumbers(options)))));
  }

  /** The mask with its edge moved to the edges of the photo. */
  refine(photo: Photo): Mask {
    return Scratch.use(this.module, (scratch) => {
      const given = writePhoto(scratch, photo);
      return new Mask(this.module, this.made("_web_refine", given.data, given.facts));
    });
  }

  private rendered(name: `_${string}`, ...numbers: number[]): Uint8Array {
    const count = this.width * this.height;
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(count);
      check(this.module, callOf(this.module, name)(this.address, ...numbers, out));
      return copyBytes(this.module, out, count);
    });
  }

  /** A handle that a call writes to its last argument. */
  private made(name: `_${string}`, ...numbers: number[]): number {
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(4);
      const status = callOf(this.module, name)(this.address, ...numbers, out);
      if (status !== 0) {
        throw failure(this.module, status);
      }
      return this.module.HEAPU32[out / 4] ?? 0;
    });
  }
}
