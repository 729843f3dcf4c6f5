// Steps of the person as the points and boxes that a session takes.
import type { Place, Step } from "./protocol.js";

export type Prompt = Exclude<Step, { readonly kind: "stroke" }>;

/** Points of one stroke: enough to tell where it went, few enough to leave others their say. */
const MOST = 8;
/** How far apart they lie at least, of the photo's longer side. */
const APART = 1 / 20;

/** In the order in which they were given; a stroke is as many points as `stroke` has put on it. */
export function promptsOf(steps: readonly Step[]): Prompt[] {
  return steps.flatMap((step) => step.kind !== "stroke" ? [step] : step.points.map(({ x, y }) =>
    ({ kind: step.foreground ? "foreground" as const : "background" as const, x, y })));
}

/** A few points at equal distances along a drawn line, both ends among them. */
export function along(line: readonly Place[], longerSide: number): Place[] {
  const first = line[0];
  const ends: number[] = [];
  line.forEach((place, index) => {
    const before = line[index - 1] ?? place;
    ends.push((ends[index - 1] ?? 0) + Math.hypot(place.x - before.x, place.y - before.y));
  });
  const length = ends.at(-1) ?? 0;
  if (first === undefined || length === 0) {
    return first === undefined ? [] : [first];
  }
  const parts = Math.min(MOST - 1, Math.max(1, Math.floor(length / (APART * longerSide))));
  return Array.from({ length: parts + 1 }, (_, index) => at(line, ends, (length * index) / parts));
}

/** The place so far along the line; `ends` has the length up to each of its places. */
function at(line: readonly Place[], ends: readonly number[], far: number): Place {
  const next = ends.findIndex((end) => end >= far);
  const [from, to] = [line[Math.max(0, next - 1)], line[next]];
  if (from === undefined || to === undefined) {
    return line.at(-1) ?? { x: 0, y: 0 };
  }
  const [start, end] = [ends[Math.max(0, next - 1)] ?? 0, ends[next] ?? 0];
  const part = end === start ? 1 : (far - start) / (end - start);
  return {
    x: Math.round(from.x + part * (to.x - from.x)),
    y: Math.round(from.y + part * (to.y - from.y)),
  };
}
