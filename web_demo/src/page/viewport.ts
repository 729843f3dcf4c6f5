// Which part of the photo the stage shows, and how large: zoom and pan.
import type { Place } from "../protocol.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MOST_ZOOM = 40; // CSS pixels for one of the photo's, at most

export class Viewport {
  private size: Size = { width: 1, height: 1 };
  /** CSS pixels for one of the photo's, and where the photo's corner lies on the stage. */
  private scale = 1;
  private left = 0;
  private top = 0;
  private fitted = true;

  constructor(
    private readonly stage: HTMLElement,
    private readonly sheet: HTMLElement,
  ) {
    new ResizeObserver(() => (this.fitted ? this.fit() : this.apply())).observe(stage);
  }

  /** Of the photo, in its pixels. */
  get photo(): Size {
    return this.size;
  }

  /** Whether there is more of the photo than the stage shows. */
  get zoomed(): boolean {
    return !this.fitted;
  }

  show(size: Size): void {
    this.size = size;
    this.fit();
  }

  fit(): void {
    this.scale = this.fittingScale();
    this.fitted = true;
    this.apply();
  }

  /** Zooms by a factor; what lies at this place of the window stays there. */
  zoom(factor: number, clientX?: number, clientY?: number): void {
    const frame = this.stage.getBoundingClientRect();
    const x = clientX === undefined ? frame.width / 2 : clientX - frame.left;
    const y = clientY === undefined ? frame.height / 2 : clientY - frame.top;
    const least = this.fittingScale();
    const scale = Math.min(Math.max(this.scale * factor, least), Math.max(MOST_ZOOM, least));
    this.left = x - ((x - this.left) * scale) / this.scale;
    this.top = y - ((y - this.top) * scale) / this.scale;
    this.scale = scale;
    this.fitted = scale <= least * 1.001;
    this.apply();
  }

  /** Moves the photo by CSS pixels. */
  pan(dx: number, dy: number): void {
    this.left += dx;
    this.top += dy;
    this.apply();
  }

  /** The photo's pixel at a place of the window, inside the photo; centres lie at whole numbers. */
  place(clientX: number, clientY: number): Place {
    const frame = this.stage.getBoundingClientRect();
    const x = (clientX - frame.left - this.left) / this.scale - 0.5;
    const y = (clientY - frame.top - this.top) / this.scale - 0.5;
    return { x: within(x, this.size.width), y: within(y, this.size.height) };
  }

  /** Moves the photo so far that this pixel is seen. */
  reveal({ x, y }: Place): void {
    const { clientWidth, clientHeight } = this.stage;
    const margin = 24;
    const [atX, atY] = [this.left + x * this.scale, this.top + y * this.scale];
    this.pan(
      Math.max(margin - atX, 0) - Math.max(atX - clientWidth + margin, 0),
      Math.max(margin - atY, 0) - Math.max(atY - clientHeight + margin, 0),
    );
  }

  private fittingScale(): number {
    const { clientWidth, clientHeight } = this.stage;
    return Math.min(clientWidth / this.size.width, clientHeight / this.size.height) || 1;
  }

  private apply(): void {
    const { clientWidth, clientHeight } = this.stage;
    const [width, height] = [this.size.width * this.scale, this.size.height * this.scale];
    this.left = aligned(this.left, width, clientWidth);
    this.top = aligned(this.top, height, clientHeight);
    // A size instead of a scaling keeps lines as wide as they are.
    Object.assign(this.sheet.style, {
      width: `${width}px`,
      height: `${height}px`,
      transform: `translate(${this.left}px, ${this.top}px)`,
    });
  }
}

/** In the middle where there is room, else without a gap at either end. */
function aligned(start: number, length: number, room: number): number {
  return length <= room ? (room - length) / 2 : Math.min(0, Math.max(start, room - length));
}

export function within(value: number, length: number): number {
  return Math.min(Math.max(value, 0), length - 1);
}
