// Fingers and mouse on the photo: taps, boxes, strokes, zoom and pan.
import type { Place } from "../protocol.js";
import type { Box, Drawn } from "./view.js";
import type { Viewport } from "./viewport.js";

const LONG_PRESS = 500; // ms
const SLOP = 6; // CSS pixels that a tap may wander
const WHEEL = 1.0015; // a zoom's factor for one pixel of the wheel

export interface Heard {
  /** `inverted`: with the right button or a long press. */
  tap(place: Place, inverted: boolean): void;
  /** What a drag draws. */
  readonly pen: "box" | "stroke";
  drew(drawn: Drawn): void;
  /** What is being drawn, or nothing any more. */
  drawing(drawn: Drawn | undefined): void;
}

interface Press {
  /** In the photo, from its beginning. */
  readonly line: Place[];
  readonly x: number;
  readonly y: number;
  readonly inverted: boolean;
  readonly panning: boolean;
  moved: boolean;
  done: boolean;
}

export class Gestures {
  private readonly pointers = new Map<number, { x: number; y: number }>();
  private press: Press | undefined;
  private timer = 0;
  private space = false;

  constructor(
    private readonly stage: HTMLElement,
    private readonly viewport: Viewport,
    private readonly heard: Heard,
  ) {
    stage.addEventListener("pointerdown", (event) => this.down(event));
    stage.addEventListener("pointermove", (event) => this.move(event));
    stage.addEventListener("pointerup", (event) => this.up(event));
    stage.addEventListener("pointercancel", (event) => this.cancel(event));
    stage.addEventListener("contextmenu", (event) => event.preventDefault());
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    for (const kind of ["keydown", "keyup"] as const) {
      document.addEventListener(kind, (event) => {
        if (event.key === " " && document.activeElement === stage) {
          this.space = kind === "keydown";
          event.preventDefault();
        }
      });
    }
  }

  private down(event: PointerEvent): void {
    this.stage.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.pointers.size > 1) {
      return this.forget();
    }
    this.press = {
      line: [this.viewport.place(event.clientX, event.clientY)],
      x: event.clientX,
      y: event.clientY,
      inverted: event.button === 2,
      panning: event.button === 1 || this.space,
      moved: false,
      done: false,
    };
    if (event.pointerType !== "mouse") {
      this.timer = window.setTimeout(() => this.longPress(), LONG_PRESS);
    }
  }

  private longPress(): void {
    const { press } = this;
    if (press !== undefined && !press.moved) {
      press.done = true;
      navigator.vibrate?.(20);
      this.heard.tap(press.line[0] as Place, true);
    }
  }

  private move(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (before === undefined) {
      return;
    }
    const now = { x: event.clientX, y: event.clientY };
    if (this.pointers.size === 2) {
      this.pinch(event.pointerId, before, now);
    }
    this.pointers.set(event.pointerId, now);
    const { press } = this;
    if (press === undefined || press.done) {
      return;
    }
    press.moved ||= Math.hypot(now.x - press.x, now.y - press.y) > SLOP;
    if (press.moved && press.panning) {
      this.viewport.pan(now.x - before.x, now.y - before.y);
    } else if (press.moved) {
      press.line.push(this.viewport.place(now.x, now.y));
      this.heard.drawing(this.drawn(press));
    }
  }

  /** One of two fingers has moved: both spread or close, and their middle moves. */
  private pinch(id: number, before: Place, now: Place): void {
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    if (other !== undefined) {
      const apart = (place: Place): number => Math.hypot(place.x - other.x, place.y - other.y) || 1;
      this.viewport.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
      const factor = apart(now) / apart(before);
      this.viewport.zoom(factor, (now.x + other.x) / 2, (now.y + other.y) / 2);
    }
  }

  private up(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    const { press } = this;
    this.forget();
    if (press === undefined || press.done || press.panning) {
      return;
    }
    press.line.push(this.viewport.place(event.clientX, event.clientY));
    const drawn = this.drawn(press);
    if (!press.moved) {
      this.heard.tap(press.line[0] as Place, press.inverted);
    } else if (drawn !== undefined && (!("box" in drawn) || hasArea(drawn.box))) {
      this.heard.drew(drawn);
    }
  }

  /** The right button draws strokes that take away, and no boxes. */
  private drawn({ line, inverted }: Press): Drawn | undefined {
    if (this.heard.pen === "stroke") {
      return { stroke: line, inverted };
    }
    return inverted ? undefined : { box: boxOf(line[0] as Place, line.at(-1) as Place) };
  }

  private cancel(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    this.forget();
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.press = undefined;
    this.heard.drawing(undefined);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    // Lines and pages of a wheel in pixels.
    const distance = event.deltaY * ([1, 20, 400][event.deltaMode] ?? 1);
    this.viewport.zoom(WHEEL ** -distance, event.clientX, event.clientY);
  }
}

/** The box between two corners, however they lie. */
export function boxOf(a: Place, b: Place): Box {
  return {
    x0: Math.min(a.x, b.x),
    y0: Math.min(a.y, b.y),
    x1: Math.max(a.x, b.x),
    y1: Math.max(a.y, b.y),
  };
}

export const hasArea = ({ x0, y0, x1, y1 }: Box): boolean => x0 < x1 && y0 < y1;
