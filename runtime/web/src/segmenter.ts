// A bundle and an engine, joined.
import { ModelBundle, type BundleInfo, type ProgramInfo } from "./bundle.js";
import { decodePhoto } from "./decode.js";
import { Engines, type Engine } from "./engines.js";
import { loadBundle, type LoadOptions } from "./load.js";
import { Session } from "./session.js";
import { writePhoto, type Photo } from "./photo.js";
import { Handle, Scratch, callOf, check } from "./wasm.js";

/** Ready to open photos. `free` it when done; open sessions keep what they need. */
export class Segmenter extends Handle {
  readonly info: BundleInfo;
  readonly programs: readonly ProgramInfo[];

  constructor(
    bundle: ModelBundle,
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
    this.info = bundle.info;
    this.programs = bundle.programs;
  }

  /** Loads a bundle for ONNX from the address of its folder. Throws BundleError and its kinds, or
   * an Error that names the file that cannot be loaded. */
  static async load(url: string | URL, options: LoadOptions = {}): Promise<Segmenter> {
    const { bundle, engine, engines } = await loadBundle(url, options);
    try {
      return new Segmenter(bundle, engine, engines);
    } finally {
      bundle.free();
    }
  }

  /** Opens a photo; a Blob (a File) is decoded by the browser first (see decodePhoto). */
  open(photo: Photo): Session;
  open(photo: Blob): Promise<Session>;
  open(photo: Photo | Blob): Session | Promise<Session> {
    // Where there is no Blob, as in old shells, nobody can have given one.
    const encoded = typeof Blob !== "undefined" && photo instanceof Blob;
    return encoded ? decodePhoto(photo).then((pixels) => this.opened(pixels))
      : this.opened(photo as Photo);
  }

  private opened(photo: Photo): Session {
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
    return new Session(this.module, address, this.engines, this.engine, this.programs);
  }
}
