// The compiled core, for those who bring manifest and engine themselves.
import { ModelBundle } from "./bundle.js";
import { Engines, type Engine } from "./engines.js";
import { Parts } from "./parts.js";
import { Segmenter } from "./segmenter.js";
import { callOf, type WasmLoader, type WasmModule } from "./wasm.js";

/** The compiled core. One for a page (or a worker) is enough. */
export class Core {
  /** The core's plain functions. */
  readonly parts: Parts;

  private constructor(
    private readonly module: WasmModule,
    private readonly engines: Engines,
  ) {
    this.parts = new Parts(module);
  }

  /** `loader` is the default export of ssam.mjs; `settings` are Emscripten's, e.g. locateFile. */
  static async load(loader: WasmLoader, settings: object = {}): Promise<Core> {
    const { module, engines } = await Engines.start(loader, settings);
    return new Core(module, engines);
  }

  /** "0.1.0" */
  get version(): string {
    return this.module.UTF8ToString(callOf(this.module, "_ssam_version")());
  }

  /** Bytes of memory that the core holds; it never shrinks, but freed parts are used again. */
  get memory(): number {
    return this.module.HEAPU8.length;
  }

  /** Checks the text of a manifest.json. Throws BundleError and its kinds. */
  parseBundle(manifest: string): ModelBundle {
    return new ModelBundle(this.module, manifest);
  }

  /** Joins a manifest (or a bundle) and an engine that has loaded its programs. */
  segmenter(bundle: string | ModelBundle, engine: Engine): Segmenter {
    if (bundle instanceof ModelBundle) {
      return new Segmenter(bundle, engine, this.engines);
    }
    const parsed = this.parseBundle(bundle);
    try {
      return new Segmenter(parsed, engine, this.engines);
    } finally {
      parsed.free();
    }
  }
}
