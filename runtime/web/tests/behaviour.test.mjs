// What a page relies on: errors, cancelling, changes under way, exports, and memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "../../../build/wasm/dist/load.js";
import { cases, core, refused, web } from "./core.mjs";

const [{ manifest }] = cases("sessions");
const { info, programs } = core.parseBundle(manifest);
const SIDE = info.maskWidth;

/** A disc of the mask's plane round its centre, by candidate a little smaller. */
function masks(radius) {
  const all = new Float32Array(SIDE * SIDE * info.candidateCount);
  return all.map((_, i) => {
    const x = (i % SIDE) - SIDE / 2;
    const y = (Math.floor(i / SIDE) % SIDE) - SIDE / 2;
    return radius - Math.hypot(x, y) - Math.floor(i / SIDE / SIDE);
  });
}

const scores = new Float32Array(info.candidateCount).fill(0.5);
const cells = programs.find(({ name }) => name === "heat").outputs[0].shape
  .reduce((a, b) => a * b);
const answer = (program) => program === "segment"
  ? { masks: masks(8), scores }
  : { heatmap: Float32Array.from({ length: cells }, (_, i) => (i % 7 === 3 ? 3 : -3)) };

const photo = (value = 90) => ({
  data: new Uint8ClampedArray(64 * 48 * 4).fill(value), width: 64, height: 48,
});

function opened(run = async (program) => answer(program)) {
  const segmenter = core.segmenter(manifest, { run });
  const session = segmenter.open(photo());
  segmenter.free(); // the session keeps what it needs
  return session;
}

test("a mask can be exported in all its forms", async () => {
  const session = opened();
  session.addPoint(30, 20);
  const mask = await session.predict();
  const inside = mask.bytes(1);
  assert.equal(inside.reduce((a, b) => a + b), mask.area);
  assert.ok(mask.area > 100);
  const logits = mask.logits();
  inside.forEach((value, i) => assert.equal(value === 1, logits[i] > 0));
  const cut = mask.cutout(photo(), { crop: true, soft: false });
  assert.deepEqual([cut.x, cut.y, cut.width, cut.height],
    [mask.bounds.x, mask.bounds.y, mask.bounds.width, mask.bounds.height]);
  assert.equal(cut.data.length, 4 * cut.width * cut.height);
  assert.deepEqual(core.parts.rleFromString(mask.rle()), mask.rleCounts());
  assert.equal(mask.contour()[0].parent, -1);
  const smaller = mask.derive({ candidate: 3 });
  assert.ok(smaller.area < mask.area);
  const refined = mask.refine(photo());
  assert.deepEqual([refined.width, refined.height], [64, 48]);
  assert.equal(mask.alpha().length, 64 * 48);
  for (const handle of [mask, smaller, refined, session]) {
    handle.free();
  }
});

test("failures are typed and carry the core's sentence", async () => {
  const session = opened();
  const error = refused(() => session.addPoint(99, 5), "SSAM_ERROR_PROMPT",
    "the click (99, 5) is outside the photo of 64x48 pixels");
  assert.ok(error instanceof web.PromptError && error instanceof web.SqueezeSamError);
  refused(() => session.setBox(9, 9, 3, 20), "SSAM_ERROR_PROMPT");
  assert.throws(() => core.segmenter("{}", { run: async () => ({}) }), web.BundleError);
  assert.throws(() => core.parts.resize({ data: new Uint8Array(5), width: 3, height: 3 }, 1, 1),
    RangeError);
  refused(() => core.parts.resize({ ...photo(), orientation: 9 }, 1, 1),
    "SSAM_ERROR_INVALID_ARGUMENT", "image.orientation 9 is not 1 to 8");
  session.free();
});

test("what the engine does wrong is an EngineError", async () => {
  const wrong = {
    "the program 'segment' failed: no more watts": async () => { throw new Error("no more watts"); },
    [`the program 'segment' failed: the engine gave no Float32Array "masks"`]: async () => ({}),
    [`the program 'segment' failed: "masks" has 3 values instead of`]: async () =>
      ({ masks: new Float32Array(3), scores }),
    "the program 'segment' returned a value in 'masks' that is not a number": async () =>
      ({ masks: masks(8).fill(NaN), scores }),
  };
  for (const [sentence, run] of Object.entries(wrong)) {
    const session = opened(run);
    session.addPoint(30, 20);
    await assert.rejects(session.predict(), (error) => {
      assert.ok(error instanceof web.EngineError, error.name);
      assert.ok(error.message.startsWith(sentence), error.message);
      return true;
    });
    session.free();
  }
});

test("the latest prediction wins, and cancelling twice is like once", async () => {
  const session = opened();
  session.addPoint(30, 20);
  const first = session.predict();
  const second = session.predict();
  await assert.rejects(first, web.CancelledError);
  (await second).free();
  const third = session.predict();
  session.cancel();
  session.cancel();
  await assert.rejects(third, web.CancelledError);
  (await session.predict()).free();
  session.free();
});

test("prompts that change under way are in the mask", async () => {
  const asked = [];
  const session = opened(async (program, inputs) => {
    asked.push([...inputs.labels.data]);
    if (asked.length === 1) {
      session.addPoint(9, 9);
    }
    return answer(program);
  });
  session.addPoint(30, 20);
  const mask = await session.predict();
  assert.equal(mask.prompts.length, 2);
  assert.equal(asked.length, 2);
  assert.equal(asked[1].filter((label) => label === 1).length, 2);
  mask.free();
  session.free();
});

test("an engine gets one run at a time, however many sessions there are", async () => {
  let inside = 0;
  let most = 0;
  const segmenter = core.segmenter(manifest, {
    async run(program) {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 2));
      --inside;
      return answer(program);
    },
  });
  const sessions = [1, 2, 3].map(() => segmenter.open(photo()));
  const found = await Promise.all(sessions.map((session) => {
    session.addPoint(30, 20);
    return session.predict();
  }));
  assert.equal(most, 1);
  for (const handle of [...found, ...sessions, segmenter]) {
    handle.free();
  }
});

test("the engine is released with the last handle that uses it", () => {
  let released = 0;
  const segmenter = core.segmenter(manifest, { run: async () => ({}), release: () => ++released });
  const session = segmenter.open(photo());
  segmenter.free();
  assert.equal(released, 0);
  session.free();
  session.free(); // twice is like once
  assert.equal(released, 1);
});

test("a freed handle is refused", async () => {
  const session = opened();
  session.addPoint(30, 20);
  const mask = await session.predict();
  mask.free();
  session.free();
  assert.throws(() => mask.bytes(), web.StateError);
  assert.throws(() => session.addPoint(1, 1), web.StateError);
  await assert.rejects(session.predict(), web.StateError);
});

test("memory is used again: a hundred sessions take no more than ten", async () => {
  const round = async () => {
    const session = opened();
    session.addPoint(30, 20);
    const mask = await session.predict();
    mask.cutout(photo());
    mask.contour();
    mask.free();
    session.free();
  };
  for (let i = 0; i < 10; ++i) {
    await round();
  }
  const before = core.memory;
  for (let i = 0; i < 100; ++i) {
    await round();
  }
  assert.equal(core.memory, before);
});

test("no path of a manifest leads out of the bundle's address", () => {
  for (const place of ["https://a.example/app/bundle/", "https://a.example/app/bundle/?key=1/"]) {
    const folder = new URL(place);
    const inside = "https://a.example/app/bundle/";
    for (const path of [" /account/logout", " ../delete", "https://b.example/x", "a?b/c#d",
      "\\..\\x", "%2e%2e/x", "\u3000../x", "a.onnx", "d/e f/g.onnx"]) {
      assert.ok(addressOf(path, folder).href.startsWith(inside), path);
    }
    for (const path of ["../x", "a/../../x", "..", "/../../x", "//b.example/x"]) {
      assert.throws(() => addressOf(path, folder), web.BundleDamagedError, path);
    }
    assert.equal(addressOf("d/e.onnx", folder).href, `${inside}d/e.onnx`);
  }
});

test("an engine gets every tensor by its name, whatever that is", async () => {
  const other = manifest.replace('"name": "prompts"', '"name": "__proto__"');
  assert.notEqual(other, manifest);
  const seen = [];
  const session = core.segmenter(other, { run: async (program, inputs) => {
    seen.push(...Object.keys(inputs));
    return answer(program);
  } }).open(photo());
  session.addPoint(30, 20);
  await session.predict();
  assert.ok(seen.includes("__proto__"));
  session.free();
});

test("a photo's numbers are whole", () => {
  const segmenter = core.segmenter(manifest, { run: async (program) => answer(program) });
  const nv12 = { data: new Uint8Array(64 * 48), chroma: new Uint8Array(64 * 24), width: 64, height: 48,
    format: "nv12" };
  for (const wrong of [{ stride: 256.5 }, { width: 63.5 }, { height: 47.5 }, { orientation: 1.5 }]) {
    assert.throws(() => segmenter.open({ ...photo(), ...wrong }), RangeError);
    assert.throws(() => segmenter.open({ ...nv12, ...wrong }), RangeError);
  }
  assert.throws(() => segmenter.open({ ...nv12, chromaStride: 64.5 }), RangeError);
  segmenter.free();
});
