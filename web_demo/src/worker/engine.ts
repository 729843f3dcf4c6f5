// Which engine the networks get: WebGPU where there is a graphics processor and it would help, else
// WebAssembly.

export type EngineName = "webgpu" | "wasm";

/** What a browser tells of its graphics processor: the part of `navigator.gpu` that is used here. */
export interface Graphics {
  requestAdapter(options?: { powerPreference: "high-performance" }): Promise<Adapter | null>;
}

interface Adapter {
  readonly info?: { readonly isFallbackAdapter?: boolean };
  readonly isFallbackAdapter?: boolean;
}

export interface Choice {
  readonly engine: EngineName;
  /** Why it is not WebGPU, for the details panel; "" where it is. */
  readonly why: string;
}

/** `asked`: what the page's address says after `engine=`, null where it says nothing; `precision`: of
 * the bundle. The sums of an int8 bundle have no kernels on WebGPU: each would go back to the
 * processor, and so WebGPU gets such a bundle only where it is asked for. */
export async function chooseEngine(
  asked: string | null, precision: string, graphics: Graphics | undefined,
): Promise<Choice> {
  if (asked === "wasm") {
    return wasm("WebAssembly was asked for");
  }
  if (graphics === undefined) {
    return wasm("this browser has no WebGPU");
  }
  if (asked !== "webgpu" && precision === "int8") {
    return wasm("int8 sums run faster on the processor");
  }
  const adapter = await graphics.requestAdapter({ powerPreference: "high-performance" })
    .catch(() => null);
  if (adapter === null) {
    return wasm("no graphics processor was found");
  }
  const software = adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false;
  return software && asked !== "webgpu" ? wasm("WebGPU is only emulated here")
    : { engine: "webgpu", why: "" };
}

const wasm = (why: string): Choice => ({ engine: "wasm", why });
