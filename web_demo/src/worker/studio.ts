// The open photo, its session and its last mask.
import { decodePhoto, type Mask, type PackedPhoto, type Segmenter, type Session } from "squeezesam";
import { pngOf } from "./picture.js";
import { promptsOf, type Prompt } from "../prompts.js";
import type { Calls, Found, Loading, Opened, Picture, Ready, Step } from "../protocol.js";
import { load } from "./load.js";
import { outlinePath } from "./outline.js";

interface Open {
  readonly photo: PackedPhoto;
  readonly session: Session;
  /** What the session holds. */
  given: readonly Prompt[];
  mask: Mask | undefined;
}

const same = (a: Prompt, b: Prompt | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

export class Studio implements Calls {
  private segmenter: Segmenter | undefined;
  private now: Open | undefined;
  private opening = 0;

  constructor(
    private readonly asked: string | null,
    private readonly tell: (loading: Loading) => void,
  ) {}

  async load(): Promise<Ready> {
    const { segmenter, ready } = await load(this.asked, this.tell);
    this.segmenter = segmenter;
    return ready;
  }

  async open(blob: Blob): Promise<Opened> {
    if (this.segmenter === undefined) {
      throw new Error("the model is not loaded yet");
    }
    const turn = ++this.opening;
    const start = performance.now();
    const photo = await decodePhoto(blob);
    const decoding = performance.now() - start;
    if (turn === this.opening) {
      this.close();
      this.now = { photo, session: this.segmenter.open(photo), given: [], mask: undefined };
    }
    return { width: photo.width, height: photo.height, decoding };
  }

  async predict(steps: readonly Step[], candidate: number | undefined): Promise<Found> {
    const now = this.opened();
    const start = performance.now();
    give(now, promptsOf(steps));
    const mask = await now.session.predict(candidate === undefined ? {} : { candidate });
    now.mask?.free();
    now.mask = mask;
    return {
      path: outlinePath(mask),
      score: mask.score,
      candidate: mask.candidate,
      candidateCount: mask.candidateCount,
      area: mask.area,
      automatic: mask.prompts.some((prompt) => prompt.automatic),
      timings: mask.timings,
      total: performance.now() - start,
    };
  }

  async picture(picture: Picture): Promise<Blob> {
    const { mask, photo } = this.opened();
    if (mask === undefined) {
      throw new Error("there is no mask yet");
    }
    return pngOf(mask, photo, picture);
  }

  private opened(): Open {
    if (this.now === undefined) {
      throw new Error("no photo is open");
    }
    return this.now;
  }

  private close(): void {
    this.now?.session.cancel();
    this.now?.session.free();
    this.now?.mask?.free();
    this.now = undefined;
  }
}

/** Brings the session to these prompts: what is missing is undone, what is new is added, so that masks
 * build on the former ones as in an app. */
function give(now: Open, prompts: readonly Prompt[]): void {
  const { session, given } = now;
  let kept = given.findIndex((prompt, index) => !same(prompt, prompts[index]));
  kept = kept < 0 ? given.length : kept;
  for (let held = given.length; held > kept; --held) {
    session.undo();
  }
  now.given = prompts.slice(0, kept);
  for (const prompt of prompts.slice(kept)) {
    if (prompt.kind === "box") {
      session.setBox(prompt.x0, prompt.y0, prompt.x1, prompt.y1);
    } else {
      session.addPoint(prompt.x, prompt.y, { foreground: prompt.kind === "foreground" });
    }
    now.given = [...now.given, prompt];
  }
}
