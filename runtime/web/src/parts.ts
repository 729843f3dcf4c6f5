// The core's plain functions, for tools and tests.
import { takeRings, type Ring } from "./mask.js";
import { writePhoto, type Photo } from "./photo.js";
import {
  Scratch, callOf, check, copyBytes, copyDoubles, copyFloats, copyIntegers, type WasmModule,
} from "./wasm.js";

/** Rows of bytes: 0 outside, anything else inside. */
export interface Bitmap {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface Saliency {
  readonly threshold: number;
  readonly area: number;
  readonly peak: number;
  readonly clicks: readonly (readonly [number, number])[];
}

export class Parts {
  constructor(private readonly module: WasmModule) {}

  /** The EXIF orientation in the bytes of a file, 1 where there is none. */
  exifOrientation(file: Uint8Array): number {
    return Scratch.use(this.module, (scratch) =>
      this.call("_ssam_exif_orientation")(scratch.bytes(file), file.length));
  }

  /** [width, height] of a photo in an input. */
  fit(photo: readonly [number, number], input: readonly [number, number]): [number, number] {
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(8);
      check(this.module, this.call("_ssam_fit")(...photo, ...input, out, out + 4));
      return [this.module.HEAP32[out / 4] ?? 0, this.module.HEAP32[out / 4 + 1] ?? 0];
    });
  }

  /** A photo upright, in its own format (two planes become RGB). */
  orient(photo: Photo): { data: Uint8Array; width: number; height: number } {
    return Scratch.use(this.module, (scratch) => {
      const given = writePhoto(scratch, photo);
      const size = scratch.room(8);
      check(this.module,
        this.call("_web_oriented_size")(given.data, given.facts, size, size + 4));
      const [width = 0, height = 0] = this.module.HEAP32.subarray(size / 4, size / 4 + 2);
      const channels = {
        rgb: 3, rgba: 4, bgra: 4, gray: 1, nv12: 3, nv21: 3, "rgba-straight": 4, "bgra-straight": 4,
      };
      const count = width * height * channels[photo.format ?? "rgba"];
      const out = scratch.room(count);
      check(this.module, this.call("_web_orient")(given.data, given.facts, out));
      return { data: copyBytes(this.module, out, count), width, height };
    });
  }

  /** A photo upright and resized, as RGB. */
  resize(photo: Photo, width: number, height: number): Uint8Array {
    return Scratch.use(this.module, (scratch) => {
      const given = writePhoto(scratch, photo);
      const out = scratch.room(3 * width * height);
      check(this.module, this.call("_web_resize")(given.data, given.facts, width, height, out));
      return copyBytes(this.module, out, 3 * width * height);
    });
  }

  /** Box plane, then click plane. */
  planes(points: ArrayLike<number>, labels: ArrayLike<number>, width: number, height: number,
    radius: number, boxDefault: number): Float32Array {
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(8 * width * height);
      check(this.module, this.call("_ssam_draw_planes")(scratch.floats(points),
        scratch.floats(labels), labels.length, width, height, radius, boxDefault, out));
      return copyFloats(this.module, out, 2 * width * height);
    });
  }

  /** round(255 · sigmoid) */
  heat(logits: Float32Array): Uint8Array {
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(logits.length);
      check(this.module,
        this.call("_ssam_logits_to_heat")(scratch.floats(logits), logits.length, out));
      return copyBytes(this.module, out, logits.length);
    });
  }

  salientClicks(heat: Bitmap): Saliency {
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(8 * 14);
      check(this.module,
        this.call("_web_salient_clicks")(scratch.bytes(heat.data), heat.width, heat.height, out));
      const [threshold = 0, count = 0, area = 0, peak = 0, ...places] =
        copyDoubles(this.module, out, 14);
      const clicks = Array.from({ length: count }, (_, i) =>
        [places[2 * i] ?? 0, places[2 * i + 1] ?? 0] as const);
      return { threshold, area, peak, clicks };
    });
  }

  keepLargest(bitmap: Bitmap): Uint8Array {
    return this.changed("_web_keep_largest", bitmap);
  }

  /** maxArea -1: holes of any size. */
  fillHoles(bitmap: Bitmap, maxArea: number): Uint8Array {
    return this.changed("_web_fill_holes", bitmap, maxArea);
  }

  contour(bitmap: Bitmap, epsilon = 0): Ring[] {
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(4);
      check(this.module, this.call("_web_bitmap_contour")(
        scratch.bytes(bitmap.data), bitmap.width, bitmap.height, epsilon, out));
      return takeRings(this.module, this.module.HEAPU32[out / 4] ?? 0);
    });
  }

  rleCounts(bitmap: Bitmap): Uint32Array {
    return Scratch.use(this.module, (scratch) => {
      const data = scratch.bytes(bitmap.data);
      return this.counted(scratch, (out, capacity, count) => this.call("_web_bitmap_rle_counts")(
        data, bitmap.width, bitmap.height, out, capacity, count));
    });
  }

  rleToString(counts: ArrayLike<number>): string {
    return Scratch.use(this.module, (scratch) => {
      const given = scratch.integers(counts);
      const length = scratch.room(4);
      const call = this.call("_ssam_rle_to_string");
      check(this.module, call(given, counts.length, 0, 0, length));
      const capacity = (this.module.HEAPU32[length / 4] ?? 0) + 1;
      const out = scratch.room(capacity);
      check(this.module, call(given, counts.length, out, capacity, length));
      return this.module.UTF8ToString(out);
    });
  }

  rleFromString(text: string): Uint32Array {
    return Scratch.use(this.module, (scratch) => {
      const given = scratch.text(text);
      return this.counted(scratch, (out, capacity, count) => this.call("_ssam_rle_from_string")(
        given.pointer, given.size, out, capacity, count));
    });
  }

  rleDecode(counts: ArrayLike<number>, width: number, height: number, value = 1): Uint8Array {
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(width * height);
      check(this.module, this.call("_ssam_rle_decode")(
        scratch.integers(counts), counts.length, width, height, value, out));
      return copyBytes(this.module, out, width * height);
    });
  }

  /** 64 hex digits: for the files of a bundle, against its manifest. */
  sha256(bytes: Uint8Array): string {
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(65);
      check(this.module, this.call("_ssam_sha256")(scratch.bytes(bytes), bytes.length, out));
      return this.module.UTF8ToString(out);
    });
  }

  private call(name: `_${string}`): (...numbers: number[]) => number {
    return callOf(this.module, name);
  }

  private changed(name: `_${string}`, bitmap: Bitmap, ...numbers: number[]): Uint8Array {
    return Scratch.use(this.module, (scratch) => {
      const out = scratch.room(bitmap.data.length);
      check(this.module, this.call(name)(
        scratch.bytes(bitmap.data), bitmap.width, bitmap.height, ...numbers, out));
      return copyBytes(this.module, out, bitmap.width * bitmap.height);
    });
  }

  private counted(scratch: Scratch,
    ask: (out: number, capacity: number, count: number) => number): Uint32Array {
    const count = scratch.room(4);
    check(this.module, ask(0, 0, count));
    const length = this.module.HEAPU32[count / 4] ?? 0;
    const out = scratch.room(4 * length);
    check(this.module, ask(out, length, count));
    return copyIntegers(this.module, out, length);
  }
}
