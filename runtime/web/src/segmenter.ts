// A bundle and an engine, joined.
import { Engines, type Engine } from "./engines.js";
import { Session } from "./session.js";
import { writePhoto, type Photo } from "./photo.js";
import { Handle, Scratch, callOf, check, type WasmModule } from "./wasm.js";

const NUMBERS = [
  "schemaVersion", "inputWidth", "inputHeight", "saliencyWidth", "saliencyHeight", "maskWidth",
  "maskHeight", "candidateCount", "maxPoints", "capabilities", "clickRadius", "boxDefault",
] as const;
const TEXTS = ["name", "licence", "preset", "backend", "precision", "target"] as const;

/** What a manifest says; see ssam_bundle_info. */
export type BundleInfo = Readonly<
  Record<Exclude<(typeof NUMBERS)[number], "capabilities">, number> &
    Record<(typeof TEXTS)[number], string> & {
      /** Background clicks, boxes, a first mask without a prompt. */
      negativePoints: boolean;
      box: boolean;
      automatic: boolean;
      padValue: readonly number[];
    }
>;

/** A checked manifest. The files it lists are fetched, and compared with it, by the page. */
export class Bundle extends Handle {
  readonly info: BundleInfo;

  constructor(module: WasmModule, manifest: string) {
    const address = Scratch.use(module, (scratch) => {
      const text = scratch.text(manifest);
      const out = scratch.room(4);
      check(module, callOf(module, "_ssam_bundle_parse")(text.pointer, text.size, out));
      return module.HEAPU32[out / 4] ?? 0;
    });
    super(module, address, "_ssam_bundle_free", "bundle");
    this.info = readInfo(module, address);
  }
}

function readInfo(module: WasmModule, address: number): BundleInfo {
  return Scratch.use(module, (scratch) => {
    const out = scratch.room(8 * 15);
    check(module, callOf(module, "_web_bundle_numbers")(address, out));
    const found = [...module.HEAPF64.subarray(out / 8, out / 8 + 15)];
    const numbers = Object.fromEntries(NUMBERS.map((name, index) => [name, found[index] ?? 0]));
    const texts = Object.fromEntries(TEXTS.map((name, index) =>
      [name, module.UTF8ToString(callOf(module, "_web_bundle_text")(address, index))]));
    const can = numbers["capabilities"] ?? 0;
    delete numbers["capabilities"];
    return {
      ...numbers,
      ...texts,
      negativePoints: (can & 1) !== 0,
      box: (can & 2) !== 0,
      automatic: (can & 4) !== 0,
      padValue: found.slice(12),
    } as unknown as BundleInfo;
  });
}

/** Ready to open photos. `free` it when done; open sessions keep what they need. */
export class Segmenter extends Handle {
  constructor(
    bundle: Bundle,
    private readonly engine: Engine,
    private readonly engines: Engines,
  ) {
    const module = bundle.module;
    const number = engines.add(engine);
    const address = Scratch.use(module, (scratch) => {
      const out = scratch.room(4);
      try {
        check(module, callOf(module, "_web_segmenter_create")(bundle.address, number, out));
      } catch (error) {
        engines.forget(number);
        throw error;
      }
      return module.HEAPU32[out / 4] ?? 0;
    });
    super(module, address, "_ssam_segmenter_free", "segmenter");
  }

  /** Opens a photo. */
  open(photo: Photo): Session {
    const address = Scratch.use(this.module, (scratch) => {
      // Described and copied before anything is made that would have to be freed.
      const given = writePhoto(scratch, photo);
      const out = scratch.room(4);
      check(this.module, callOf(this.module, "_ssam_session_create")(this.address, out));
      const made = this.module.HEAPU32[out / 4] ?? 0;
      const status = callOf(this.module, "_web_set_image")(made, given.data, given.facts);
      if (status !== 0) {
        callOf(this.module, "_ssam_session_free")(made);
      }
      check(this.module, status);
      return made;
    });
    return new Session(this.module, address, this.engines, this.engine);
  }
}
