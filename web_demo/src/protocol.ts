// What the page says to whatever segments for it: a worker of its own, or a server.
import type { Timings } from "squeezesam";

/** A place in pixels of the upright photo. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** One thing that the person did, in pixels of the upright photo. */
export type Step =
  | { readonly kind: "foreground" | "background"; readonly x: number; readonly y: number }
  /** Many taps along a line, taken back as one. */
  | { readonly kind: "stroke"; readonly foreground: boolean; readonly points: readonly Place[] }
  | { readonly kind: "box"; readonly x0: number; readonly y0: number; readonly x1: number;
      readonly y1: number };

/** What is ready once the model has loaded. */
export interface Ready {
  readonly model: string;
  readonly licence: string;
  readonly modelBytes: number;
  /** What runs the networks, as the person reads it. */
  readonly engine: string;
  /** Milliseconds until all was there. */
  readonly milliseconds: number;
}

export interface Opened {
  readonly width: number;
  readonly height: number;
  readonly decoding: number;
}

/** Milliseconds; what took place elsewhere, or not at all, is missing. */
export type Stages = Partial<Omit<Timings, "programs">> & Pick<Timings, "programs">;

/** A mask as the page shows it. */
export interface Found {
  /** Its outline, holes included, as an SVG path in edge coordinates; "" for an empty mask. */
  readonly path: string;
  readonly score: number;
  readonly candidate: number;
  readonly candidateCount: number;
  readonly area: number;
  readonly automatic: boolean;
  readonly timings: Stages;
  /** Milliseconds from the request to the answer. */
  readonly total: number;
}

export type Background =
  | "transparent"
  | { readonly colour: string }
  /** Fills the photo's frame; what is too much of it is cut off on both sides. */
  | { readonly picture: Blob };

/** How the result is written: the cut-out over a background, or the mask in black and white. */
export interface Picture {
  readonly form: "cutout" | "mask";
  readonly background: Background;
  readonly crop: boolean;
}

/** What segments; a later `predict` makes the former one fail. */
export interface Calls {
  load(): Promise<Ready>;
  open(photo: Blob): Promise<Opened>;
  /** `candidate`: of the network's masks; undefined for the one with the best score. */
  predict(steps: readonly Step[], candidate: number | undefined): Promise<Found>;
  /** A PNG of the mask that was found last. */
  picture(picture: Picture): Promise<Blob>;
}

export type Call = keyof Calls;

export interface Request {
  readonly id: number;
  readonly call: Call;
  readonly given: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/** Bytes that have arrived while loading. */
export interface Loading {
  readonly loaded: number;
  readonly total: number;
}

export type Message = Answer | { readonly loading: Loading };
