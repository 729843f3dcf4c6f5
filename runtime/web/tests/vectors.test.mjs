// The shared vectors of the plain functions, and manifests.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bitmap, bytes, cases, core, floats, refused } from "./core.mjs";

const { parts } = core;

function each(name, check) {
  for (const [index, one] of cases(name).entries()) {
    try {
      check(one);
    } catch (error) {
      throw new Error(`${name} ${index} (${one.name ?? one.kind ?? ""}): ${error.message}`);
    }
  }
}

const stored = (one) => ({
  data: bytes(one.stored), width: one.stored_width, height: one.stored_height, format: "rgb",
  orientation: one.orientation,
});

test("vectors: geometry and orientation", () => {
  const checks = {
    fit: (one) => assert.deepEqual(parts.fit(one.photo, one.input), one.size),
    orient: (one) => {
      const found = parts.orient(stored(one));
      assert.deepEqual([found.width, found.height], [one.width, one.height]);
      assert.deepEqual(found.data, bytes(one.upright));
    },
    resize: (one) =>
      assert.deepEqual(parts.resize(stored(one), one.width, one.height), bytes(one.resized)),
    exif: (one) => assert.equal(parts.exifOrientation(bytes(one.file)), one.orientation),
  };
  each("geometry", (one) => checks[one.kind](one));
});

test("vectors: photos of two planes", () => {
  each("nv12", (one) => {
    const photo = {
      data: bytes(one.luma), chroma: bytes(one.chroma), width: one.stored_width,
      height: one.stored_height, format: one.format.slice(7).toLowerCase(),
      range: one.range.slice(6).toLowerCase(), matrix: one.matrix.slice(7).toLowerCase(),
      stride: one.stride, chromaStride: one.chroma_stride, orientation: one.orientation,
    };
    assert.deepEqual(parts.orient(photo).data, bytes(one.upright));
    assert.deepEqual(parts.resize(photo, one.width, one.height), bytes(one.resized));
  });
});

test("vectors: prompt planes", () => {
  each("planes", (one) => {
    const pixels = one.width * one.height;
    const found = parts.planes(one.points.flat(), one.labels, one.width, one.height, one.radius,
      one.box_default);
    const box = one.box === null ? new Array(pixels).fill(one.box_default)
      : [...bitmap(one.box).data];
    const clicks = [...one.clicks.join("")].map((letter) => ({ "+": 1, "-": -1, ".": 0 })[letter]);
    assert.deepEqual([...found], [...box.map(Math.fround), ...clicks]);
  });
});

test("vectors: heat maps to clicks", () => {
  const checks = {
    heat: (one) => assert.deepEqual(parts.heat(floats(one.logits)), bytes(one.heat)),
    clicks: (one) => {
      const heat = { data: bytes(one.heat), width: one.width, height: one.height };
      const { threshold, area, peak, clicks } = parts.salientClicks(heat);
      assert.deepEqual({ threshold, area, peak, clicks },
        { threshold: one.threshold, area: one.area, peak: one.peak, clicks: one.clicks });
    },
  };
  each("saliency", (one) => checks[one.kind](one));
});

// A ring from its topmost, leftmost corner; outer rings in that order, holes behind theirs.
function ordered(rings) {
  const turned = rings.map(({ points, parent }) => {
    const corners = Array.from({ length: points.length / 2 }, (_, i) =>
      [points[2 * i], points[2 * i + 1]]);
    const first = corners.reduce((best, c, i) =>
      (c[1] - corners[best][1] || c[0] - corners[best][0]) < 0 ? i : best, 0);
    return { parent, points: [...corners.slice(first), ...corners.slice(0, first)] };
  });
  const above = (a, b) => a.points[0][1] - b.points[0][1] || a.points[0][0] - b.points[0][0];
  const outer = turned.map((ring, index) => ({ ring, index })).filter((o) => o.ring.parent < 0)
    .sort((a, b) => above(a.ring, b.ring));
  const all = [];
  for (const { ring, index } of outer) {
    const place = all.push(ring) - 1;
    const holes = turned.filter((hole) => hole.parent === index).sort(above);
    all.push(...holes.map((hole) => ({ ...hole, parent: place })));
  }
  return all;
}

test("vectors: pieces, holes, run lengths and outlines", () => {
  const checks = {
    bitmap: (one) => {
      const map = bitmap(one.rows);
      assert.deepEqual(parts.keepLargest(map), bitmap(one.largest).data);
      for (const filled of one.filled) {
        assert.deepEqual(parts.fillHoles(map, filled.max_area), bitmap(filled.rows).data);
      }
      const counts = parts.rleCounts(map);
      assert.deepEqual([...counts], one.rle_counts);
      assert.equal(parts.rleToString(counts), one.rle_string);
      assert.deepEqual([...parts.rleFromString(one.rle_string)], one.rle_counts);
      assert.deepEqual(parts.rleDecode(counts, map.width, map.height), map.data);
      assert.deepEqual(ordered(parts.contour(map)), one.contour);
    },
    simplified: (one) => {
      const rings = ordered(parts.contour(bitmap(one.rows), one.epsilon));
      assert.deepEqual(rings.map((ring) => ring.points), [one.points]);
    },
    bad_rle: (one) => refused(() => parts.rleFromString(one.string), one.status, one.sentence),
  };
  each("bitmaps", (one) => checks[one.kind](one));
});

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

test("vectors: manifests, good and bad", () => {
  each("manifests", (one) => {
    if (one.status !== "SSAM_OK") {
      refused(() => core.parseBundle(one.text), one.status, one.sentence);
      return;
    }
    const bundle = core.parseBundle(one.text);
    const info = Object.fromEntries(
      Object.entries(bundle.info).map(([name, value]) => [snake(name), value]));
    assert.deepEqual(info, { ...info, ...one.info });
    const tensors = (list, word) => list.map((t) => [t.name, t.shape, t[word]]);
    assert.deepEqual(bundle.programs.map((program) => ({
      name: program.name, runs: program.runs, path: program.path, file_size: program.fileSize,
      macs: program.macs, inputs: tensors(program.inputs, "source"),
      outputs: tensors(program.outputs, "role"),
    })), one.programs);
    bundle.free();
  });
});
