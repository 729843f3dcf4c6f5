// The built core and the shared vectors, for the tests.
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import loader from "../../../build/wasm/dist/ssam.mjs";
import { Core } from "../../../build/wasm/dist/index.js";

export * as web from "../../../build/wasm/dist/index.js";
export const core = await Core.load(loader);

const VECTORS = new URL("../../../tests/vectors/", import.meta.url);

export function cases(name) {
  const file = JSON.parse(readFileSync(new URL(`${name}.json`, VECTORS), "utf8"));
  if (file.format !== 1 || file.kind !== name || file.cases.length === 0) {
    throw new Error(`${name}.json is not of this format`);
  }
  return file.cases;
}

export function vectorBytes(name) {
  return new Uint8Array(readFileSync(new URL(name, VECTORS)));
}

export function bytes(hex) {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

export function floats(hex) {
  return new Float32Array(bytes(hex).buffer);
}

export function bitmap(rows) {
  const data = Uint8Array.from(rows.join(""), (letter) => (letter === "#" ? 1 : 0));
  return { data, width: rows[0].length, height: rows.length };
}

export function digest(values) {
  return createHash("sha256").update(Int8Array.from(values)).digest("hex");
}

/** Fails unless `call` throws the error of this status with this sentence. */
export function refused(call, status, sentence) {
  try {
    call();
  } catch (error) {
    if (error.status !== status || (sentence !== undefined && error.message !== sentence)) {
      throw new Error(`${error.status} "${error.message}" instead of ${status} "${sentence}"`);
    }
    return error;
  }
  throw new Error(`nothing was thrown instead of ${status}`);
}
