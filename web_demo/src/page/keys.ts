// The keyboard: a cross on the photo that says where, and letters for the buttons.
import { boxOf, type Heard } from "./gestures.js";
import { within, type Place, type Viewport } from "./viewport.js";

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

/** The cross on the stage: arrows, Enter, Delete, B. */
export class Cross {
  private at: Place | undefined;
  private corner: Place | undefined;

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
    this.at = this.corner = undefined;
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
      this.toggleBox(this.at);
    } else {
      return false;
    }
    return true;
  }

  private move([dx, dy]: readonly [number, number], far: number): void {
    const { width, height } = this.viewport.photo;
    const { x, y } = this.at ?? { x: 0, y: 0 };
    this.at = { x: within(x + far * dx, width), y: within(y + far * dy, height) };
    if (this.corner !== undefined) {
      this.heard.drawing(boxOf(this.corner, this.at));
    }
    this.viewport.reveal(this.at);
    this.heard.cross(this.at);
  }

  private toggleBox(at: Place): void {
    const box = this.corner === undefined ? undefined : boxOf(this.corner, at);
    this.corner = box === undefined ? at : undefined;
    this.heard.drawing(undefined);
    this.heard.cross(at);
    if (box !== undefined && box.x0 < box.x1 && box.y0 < box.y1) {
      this.heard.box(box);
    }
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
