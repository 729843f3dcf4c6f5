// A bundle and an engine, joined.
import { ModelBundle, type ProgramInfo } from "./bundle.js";
import { Engines, type Engine } from "./engines.js";
import { Session } from "./session.js";
import { writePhoto, type Photo } from "./photo.js";
import { Handle, Scratch, callOf, check } from "./wasm.js";

/** Ready to open photos. `free` it when done; open sessions keep what they need. */
export class Segmenter extends Handle {
  private readonly programs: readonly ProgramInfo[];

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
    this.programs = bundle.programs;
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
    return new Session(this.module, address, this.engines, this.engine, this.programs);
  }
}
