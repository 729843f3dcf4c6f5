// Whole sessions: recorded networks must give the recorded masks, bit for bit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, cases, core, digest, floats, refused, vectorBytes } from "./core.mjs";

const CALLS = {
  add_point: (session, [x, y, foreground]) =>
    session.addPoint(x, y, { foreground: foreground === 1 }),
  set_box: (session, corners) => session.setBox(...corners),
  undo: (session, [undone]) => assert.equal(session.undo(), undone === 1),
  clear: (session) => session.clear(),
  set_automatic: (session, [how, seed]) =>
    session.setAutomatic(["centres", "random"][how], seed),
};

function makeCalls(session, calls) {
  for (const [name, given, status, sentence] of calls) {
    if (status === "SSAM_OK") {
      CALLS[name](session, given);
    } else {
      refused(() => CALLS[name](session, given), status, sentence);
    }
  }
}

function near(found, wanted, tolerance) {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) <= tolerance,
    `${value} is not ${wanted[i]}`));
}

const corners = (prompt) => prompt.kind === "box"
  ? [prompt.x0, prompt.y0, prompt.x1, prompt.y1]
  : [prompt.x, prompt.y, prompt.x, prompt.y];

/** An engine that answers from a function and keeps what it was asked. */
function recorder(answer) {
  const seen = {};
  return {
    seen,
    async run(program, inputs) {
      seen[program] = inputs;
      await new Promise((resolve) => setTimeout(resolve, 0));
      return answer(program);
    },
  };
}

test("vectors: prompts, and what a network is given of them", async () => {
  for (const one of cases("prompts")) {
    const { info, programs } = core.parseBundle(one.manifest);
    const heat = programs.find(({ name }) => name === "heat")?.outputs[0].shape ?? [0];
    const mask = info.maskWidth * info.maskHeight * info.candidateCount;
    const engine = recorder((program) => program === "segment"
      ? { masks: new Float32Array(mask), scores: new Float32Array(info.candidateCount) }
      : { heatmap: new Float32Array(heat.reduce((a, b) => a * b)) });
    const segmenter = core.segmenter(one.manifest, engine);
    const session = segmenter.open({
      data: new Uint8Array(one.width * one.height).fill(128), width: one.width,
      height: one.height, format: "gray",
    });
    makeCalls(session, one.calls);
    assert.deepEqual(session.prompts.map((p) => [p.kind, ...corners(p)]),
      one.prompts.map(([kind, x0, y0, x1 = x0, y1 = y0]) => [kind, x0, y0, x1, y1]), one.name);
    (await session.predict({ candidate: 0 })).free();
    near([...engine.seen.segment.points.data], [...floats(one.points)], 1e-5);
    assert.deepEqual(engine.seen.segment.labels.data, floats(one.labels));
    session.free();
    segmenter.free();
  }
});

/** The RGB photo with straight alpha, as README.md of the vectors has it. */
function withAlpha(photo) {
  const data = new Uint8Array(4 * photo.width * photo.height);
  for (let i = 0; i < photo.width * photo.height; i++) {
    const [x, y] = [i % photo.width, Math.floor(i / photo.width)];
    data.set(photo.data.slice(3 * i, 3 * i + 3), 4 * i);
    data[4 * i + 3] = Math.min(Math.max((5 * x + 3 * y) % 400 - 70, 0), 255);
  }
  return { ...photo, data, format: "rgba-straight" };
}

async function replay(one, photo, outputsOf) {
  let step = 0;
  const engine = recorder((program) => outputsOf(program, step));
  const segmenter = core.segmenter(one.manifest, engine);
  const opened = {
    data: photo, width: one.stored_width, height: one.stored_height, format: "rgb",
    orientation: one.orientation,
  };
  const session = segmenter.open(opened);
  for (const wanted of one.steps) {
    makeCalls(session, wanted.calls);
    const mask = await session.predict({
      candidate: wanted.options.candidate,
      keepLargest: wanted.options.keep_largest === 1,
      maxHoleArea: wanted.options.max_hole_area,
    });
    step += 1;
    assert.equal(mask.rle(), wanted.rle);
    assert.deepEqual([mask.candidate, mask.score, mask.area],
      [wanted.chosen, wanted.score, wanted.area]);
    const { x, y, width, height } = mask.bounds;
    assert.deepEqual([x, y, width, height], wanted.box);
    assert.deepEqual(mask.prompts.map((p) => [Number(p.automatic), p.kind]),
      wanted.prompts.map(([automatic, kind]) => [automatic, kind]));
    mask.prompts.forEach((p, i) => near(corners(p), wanted.prompts[i].slice(2), 1e-9));
    const { points, labels, prompts } = engine.seen.segment;
    near([...points.data], [...floats(wanted.points)], 1e-5);
    assert.deepEqual(labels.data, floats(wanted.labels));
    assert.equal(digest(prompts.data), wanted.planes_sha256);
    const logits = mask.logits();
    for (const [column, row, value] of wanted.logits) {
      near([logits[row * mask.width + column]], [value], 1e-4);
    }
    assert.equal(digest(mask.cutout(opened).data), wanted.cutout_sha256);
    assert.equal(digest(mask.cutout(withAlpha(opened)).data), wanted.straight_cutout_sha256);
    mask.free();
  }
  assert.equal(digest(engine.seen.segment.image.data), one.image_sha256);
  assert.equal(digest(engine.seen.heat.image.data), one.heat_image_sha256);
  session.free();
  segmenter.free();
}

test("vectors: recorded sessions", async () => {
  for (const one of cases("sessions")) {
    const outputs = Object.fromEntries(
      Object.entries(one.outputs).map(([name, hex]) => [name, floats(hex)]));
    await replay(one, bytes(one.photo), () => outputs);
  }
});

// replay.json: a session at 512 x 512 with an answer of its own for every step.
test("vectors: a replayed session at 512 x 512", async () => {
  const file = vectorBytes("replay.bin");
  for (const one of cases("replay")) {
    const tensor = ([first, count]) => Float32Array.from(
      new Int8Array(file.buffer, file.byteOffset + first, count),
      (q) => q * one.scale + one.shift);
    const photo = file.slice(one.photo[0], one.photo[0] + one.photo[1]);
    await replay(one, photo, (program, step) => program === "heat"
      ? { heatmap: tensor(one.heatmap) }
      : { masks: tensor(one.steps[step].masks), scores: Float32Array.from(one.steps[step].scores) });
  }
});

// An encoder with its decoder, and a network that builds on its last mask: every run is recorded.
test("vectors: sessions of other pipelines", async () => {
  for (const one of cases("pipelines")) {
    const runs = one.steps.flatMap((step) => step.runs);
    let done = 0;
    const segmenter = core.segmenter(one.manifest, {
      async run(program, inputs) {
        const wanted = runs[done++];
        assert.equal(program, wanted.program);
        assert.deepEqual(Object.keys(inputs).sort(), Object.keys(wanted.inputs).sort());
        for (const [name, [count, samples]] of Object.entries(wanted.inputs)) {
          assert.equal(inputs[name].data.length, count);
          samples.forEach(([place, value]) => near([inputs[name].data[place]], [value], 1e-5));
        }
        return Object.fromEntries(
          Object.entries(wanted.outputs).map(([name, hex]) => [name, floats(hex)]));
      },
    });
    const session = segmenter.open({
      data: bytes(one.photo), width: one.stored_width, height: one.stored_height, format: "rgb",
      orientation: one.orientation,
    });
    let expected = 0;
    for (const wanted of one.steps) {
      makeCalls(session, wanted.calls);
      const mask = await session.predict({
        candidate: wanted.options.candidate,
        keepLargest: wanted.options.keep_largest === 1,
        maxHoleArea: wanted.options.max_hole_area,
      });
      expected += wanted.runs.length;
      assert.equal(done, expected);
      assert.equal(mask.rle(), wanted.rle);
      assert.deepEqual([mask.candidate, mask.score, mask.area],
        [wanted.chosen, wanted.score, wanted.area]);
      mask.free();
    }
    session.free();
    segmenter.free();
  }
});
