// A bundle by its address: its files are fetched, held against the manifest, and given to an engine.
import { ModelBundle } from "./bundle.js";
import { Engines, type Engine } from "./engines.js";
import { BundleDamagedError } from "./errors.js";
import { onnxEngine, type OnnxRuntime } from "./onnx.js";
import { Parts } from "./parts.js";
import type { WasmLoader } from "./wasm.js";

/** Bytes of the bundle's programs that have arrived, of so many. */
export interface Progress {
  readonly loaded: number;
  readonly total: number;
}

export interface LoadOptions {
  /** `import * as ort from "onnxruntime-web/wasm"`; default: that import, made when it is needed. */
  readonly ort?: OnnxRuntime;
  /** What runs the networks, the first that can; default: ["wasm"]. With "webgpu", `ort` must be the
   * import of "onnxruntime-web/webgpu". */
  readonly providers?: readonly string[];
  /** Of the engine; default: 1, or where the page is cross-origin isolated the cores, at most 4. */
  readonly threads?: number;
  /** Settings for the core's loader (Emscripten's), such as `locateFile`. */
  readonly settings?: object;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface Loaded {
  readonly bundle: ModelBundle;
  readonly engine: Engine;
  readonly engines: Engines;
}

interface ListedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** The threads that an engine gets here where nobody says. */
export function defaultThreads(): number {
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  return globalThis.crossOriginIsolated === true ? Math.min(cores, 4) : 1;
}

/** `url` is of the bundle's folder. Throws BundleError, or an Error with the file that is missing. */
export async function loadBundle(url: string | URL, options: LoadOptions): Promise<Loaded> {
  const folder = new URL(`${url}`.replace(/\/?$/, "/"), globalThis.location?.href);
  const loader = (await import("./ssam.mjs")).default as WasmLoader;
  const [{ module, engines }, manifest, ort] = await Promise.all([
    Engines.start(loader, options.settings),
    fetched(new URL("manifest.json", folder), options).then((bytes) => new TextDecoder().decode(bytes)),
    options.ort ?? import("onnxruntime-web/wasm"),
  ]);
  const bundle = new ModelBundle(module, manifest);
  try {
    const programs = await fetchPrograms(folder, bundle, manifest, new Parts(module), options);
    ort.env.wasm.numThreads = options.threads ?? defaultThreads();
    return { bundle, engine: await onnxEngine(ort, programs, options.providers), engines };
  } catch (error) {
    bundle.free();
    throw error;
  }
}

async function fetchPrograms(
  folder: URL, bundle: ModelBundle, manifest: string, parts: Parts, options: LoadOptions,
): Promise<Record<string, Uint8Array>> {
  const total = bundle.programs.reduce((sum, { fileSize }) => sum + fileSize, 0);
  let loaded = 0;
  const arrived = (bytes: number): void => options.onProgress?.({ loaded: (loaded += bytes), total });
  arrived(0);
  const listed = filesOf(manifest);
  const programs = await Promise.all(bundle.programs.map(async ({ name, path }) => {
    const bytes = await fetched(addressOf(path, folder), options, arrived);
    const file = listed[name]?.[path];
    if (file === undefined || file.bytes !== bytes.length || file.sha256 !== parts.sha256(bytes)) {
      const why = "is not the file that the manifest describes; download the bundle again";
      throw new BundleDamagedError(`${path} ${why}`, "SSAM_ERROR_BUNDLE_DAMAGED");
    }
    return [name, bytes] as const;
  }));
  return Object.fromEntries(programs);
}

/** Where a file of the bundle lies. Each part of its path stands for itself, whatever a parser of
 * addresses would read in it. Throws BundleDamagedError for one outside of `folder`. */
export function addressOf(path: string, folder: URL): URL {
  const address = new URL(path.split("/").map(encodeURIComponent).join("/"), folder);
  if (!address.href.startsWith(new URL(".", folder).href)) {
    const why = "is not a path inside the bundle; download the bundle again";
    throw new BundleDamagedError(`${path} ${why}`, "SSAM_ERROR_BUNDLE_DAMAGED");
  }
  return address;
}

/** Program → file → size and digest. The core has checked the manifest already. */
function filesOf(manifest: string): Readonly<Record<string, Readonly<Record<string, ListedFile>>>> {
  const { programs } = JSON.parse(manifest) as {
    programs: Record<string, { files?: Record<string, ListedFile> }>;
  };
  return Object.fromEntries(Object.entries(programs).map(([name, { files }]) => [name, files ?? {}]));
}

async function fetched(
  address: URL, { signal }: LoadOptions, arrived: (bytes: number) => void = () => undefined,
): Promise<Uint8Array> {
  const answer = await fetch(address, signal === undefined ? {} : { signal });
  if (!answer.ok || answer.body === null) {
    throw new Error(`${address.pathname} cannot be loaded: the server says ${answer.status}`);
  }
  const pieces: Uint8Array[] = [];
  const reader = answer.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    arrived(piece.value.length);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
