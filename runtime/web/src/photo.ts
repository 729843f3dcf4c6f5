// Photos as they lie in memory.
import type { Scratch } from "./wasm.js";

/** Rows of pixels, 8 bits a channel. A browser's ImageData fits: RGBA. */
export interface PackedPhoto {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Default: "rgba", alpha ignored. Straight: it counts; the networks see the photo over white. */
  readonly format?: "rgb" | "rgba" | "bgra" | "gray" | "rgba-straight" | "bgra-straight";
  /** Bytes from a row to the next; default: no gaps. */
  readonly stride?: number;
  /** EXIF 1 to 8; default 1, upright. */
  readonly orientation?: number;
}

/** A video frame: luma and interleaved chroma at half its size. Range and matrix must be chosen. */
export interface TwoPlanePhoto {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly chroma: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly format: "nv12" | "nv21";
  readonly range: "video" | "full";
  readonly matrix: "bt601" | "bt709";
  readonly stride?: number;
  readonly chromaStride?: number;
  readonly orientation?: number;
}

export type Photo = PackedPhoto | TwoPlanePhoto;

const FORMATS = {
  rgb: 0, rgba: 1, bgra: 2, gray: 3, nv12: 4, nv21: 5, "rgba-straight": 6, "bgra-straight": 7,
} as const;
const CHANNELS = {
  rgb: 3, rgba: 4, bgra: 4, gray: 1, nv12: 1, nv21: 1, "rgba-straight": 4, "bgra-straight": 4,
} as const;

/** Refuses 63.5 for a width: on the way into the core it would be cut off to 63. */
function checkWhole(...values: number[]): void {
  if (values.some((value) => Number.isFinite(value) && !Number.isInteger(value))) {
    throw new RangeError("the photo is described by numbers that are not whole");
  }
}

/** Does an array hold `rows` rows? The core cannot know how long it is. */
function checkLength(length: number, row: number, stride: number, rows: number, what: string): void {
  const step = stride === 0 ? row : stride;
  const sensible = [row, stride, rows].every(Number.isSafeInteger) && step >= row && rows > 0;
  // What makes no sense is left to the core, which refuses it with its own sentence.
  if (sensible && length < step * (rows - 1) + row) {
    throw new RangeError(`${what} has ${length} bytes, ${step * (rows - 1) + row} are needed`);
  }
}

/** Copies a photo into the core's memory: the addresses of its bytes and of its description. */
export function writePhoto(scratch: Scratch, photo: Photo): { data: number; facts: number } {
  const format = photo.format ?? "rgba";
  const stride = photo.stride ?? 0;
  const chromaStride = "chroma" in photo ? photo.chromaStride ?? 0 : 0;
  checkWhole(photo.width, photo.height, stride, chromaStride, photo.orientation ?? 1);
  checkLength(photo.data.length, photo.width * CHANNELS[format], stride, photo.height, "photo.data");
  const facts = [photo.width, photo.height, stride, FORMATS[format], photo.orientation ?? 1];
  if (!("chroma" in photo)) {
    return { data: scratch.bytes(photo.data), facts: scratch.doubles([...facts, 0, 0, 0, 0]) };
  }
  const pairs = 2 * Math.ceil(photo.width / 2);
  checkLength(photo.chroma.length, pairs, chromaStride, Math.ceil(photo.height / 2), "photo.chroma");
  const both = new Uint8Array(photo.data.length + photo.chroma.length);
  both.set(photo.data);
  both.set(photo.chroma, photo.data.length);
  return {
    data: scratch.bytes(both),
    facts: scratch.doubles([
      ...facts, photo.data.length, chromaStride,
      photo.range === "video" ? 1 : 2, photo.matrix === "bt601" ? 1 : 2,
    ]),
  };
}
