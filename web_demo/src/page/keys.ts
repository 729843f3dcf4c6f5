// The keyboard: a cross on the photo that says where, and letters for the buttons.
import type { Place } from "../protocol.js";
import { boxOf, hasArea, type Heard } from "./gestures.js";
import type { Drawn } from "./view.js";
import { within, type Viewport } from "./viewport.js";

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

/** The cross on the stage: arrows, Enter, Delete, B for a box, L for a line. */
export class Cross {
  private at: Place | undefined;
  /** What the cross draws, and the places where it was meanwhile. */
  private drawing: { readonly pen: "box" | "stroke"; readonly line: Place[] } | undefined;

  constructor(
    stage: HTMLElement,
    private readonly viewport: Viewport,
    private readonly heard: Heard & { cross(place: Place): void },
  ) {
    stage.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey && this.press(event)) {
        event.preventDefault();
      }
    });
  }

  /** Another photo: the cross is in its middle. */
  forget(): void {
    this.at = this.drawing = undefined;
  }

  private press({ key, shiftKey }: KeyboardEvent): boolean {
    const { width, height } = this.viewport.photo;
    this.at ??= { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    const step = STEPS[key];
    if (step !== undefined) {
      this.move(step, Math.max(1, Math.round(Math.max(width, height) / (shiftKey ? 12 : 100))));
    } else if (key === "Enter") {
      this.heard.tap(this.at, false);
    } else if (key === "Delete" || key === "Backspace") {
      this.heard.tap(this.at, true);
    } else if (key.toLowerCase() === "b") {
      this.draw("box", this.at);
    } else if (key.toLowerCase() === "l") {
      this.draw("stroke", this.at);
    } else {
      return false;
    }
    return true;
  }

  private move([dx, dy]: readonly [number, number], far: number): void {
    const { width, height } = this.viewport.photo;
    const { x, y } = this.at ?? { x: 0, y: 0 };
    this.at = { x: within(x + far * dx, width), y: within(y + far * dy, height) };
    if (this.drawing !== undefined) {
      this.drawing.line.push(this.at);
      this.heard.drawing(this.drawn());
    }
    this.viewport.reveal(this.at);
    this.heard.cross(this.at);
  }

  /** Begins to draw, or ends it; with the key of the other pen it begins anew. */
  private draw(pen: "box" | "stroke", at: Place): void {
    const drawn = this.drawing?.pen === pen ? this.drawn() : undefined;
    this.drawing = drawn === undefined ? { pen, line: [at] } : undefined;
    this.heard.drawing(undefined);
    this.heard.cross(at);
    if (drawn !== undefined && (!("box" in drawn) || hasArea(drawn.box))) {
      this.heard.drew(drawn);
    }
  }

  private drawn(): Drawn | undefined {
    if (this.drawing === undefined) {
      return undefined;
    }
    const { pen, line } = this.drawing;
    const [first, last] = [line[0] as Place, line.at(-1) as Place];
    return pen === "box" ? { box: boxOf(first, last) } : { stroke: line, inverted: false };
  }
}

export type Shortcut =
  | "undo" | "redo" | "clear" | "choose" | "download" | "zoomIn" | "zoomOut" | "fit" | "compare";

const LETTERS: Readonly<Record<string, Shortcut>> = {
  escape: "clear", o: "choose", s: "download", c: "compare", "+": "zoomIn", "=": "zoomIn",
  "-": "zoomOut", "−": "zoomOut", "0": "fit",
};

/** Keys anywhere on the page; `released` ends a comparison. */
export function listenToShortcuts(does: (shortcut: Shortcut) => void, released: () => void): void {
  let choosing = false;
  document.addEventListener("keydown", (event) => {
    const shortcut = shortcutOf(event);
    if (shortcut === "choose") {
      choosing = true;
    } else if (shortcut !== undefined) {
      event.preventDefault();
      does(shortcut);
    }
  });
  document.addEventListener("keyup", ({ key }) => {
    if (key.toLowerCase() === "c") {
      released();
    }
    // A letter counts as the person's wish, which a file picker needs, only once it was typed.
    if (key.toLowerCase() === "o" && choosing) {
      choosing = false;
      does("choose");
    }
  });
}

function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  const key = event.key.toLowerCase();
  if (event.altKey || document.querySelector("dialog[open]") !== null) {
    return undefined;
  }
  if (!event.ctrlKey && !event.metaKey) {
    return event.repeat && LETTERS[key] === "compare" ? undefined : LETTERS[key];
  }
  if (key === "z") {
    return event.shiftKey ? "redo" : "undo";
  }
  return key === "y" ? "redo" : undefined;
}
