// The page: photo in, automatic mask, taps, cut-out.
import { along } from "../prompts.js";
import type { Calls, Found, Loading, Place, Ready, Step } from "../protocol.js";
import { Candidates } from "./candidates.js";
import { Details } from "./details.js";
import { button, chosen, find, sentenceOf } from "./elements.js";
import { Gestures } from "./gestures.js";
import { History } from "./history.js";
import { Cross, listenToShortcuts, type Shortcut } from "./keys.js";
import { Results } from "./results.js";
import { listenToSources, type Source } from "./sources.js";
import { View, type Drawn } from "./view.js";
import { Viewport } from "./viewport.js";

export class Page {
  private readonly stage = find("stage", HTMLElement);
  private readonly viewport = new Viewport(this.stage, find("sheet", HTMLElement));
  private readonly view = new View();
  private readonly history = new History();
  private readonly details = new Details();
  private readonly candidates = new Candidates(() => void this.predict());
  private readonly heard = {
    tap: (place: Place, inverted: boolean) => this.tap(place, inverted),
    get pen(): "box" | "stroke" {
      return chosen("pen") === "stroke" ? "stroke" : "box";
    },
    drew: (drawn: Drawn) => this.add(this.stepOf(drawn)),
    drawing: (drawn: Drawn | undefined) => this.draw(drawn),
    cross: (place: Place) => {
      this.crossAt = place;
      this.draw();
    },
  };
  private readonly cross = new Cross(this.stage, this.viewport, this.heard);
  private readonly results = new Results({
    make: (picture) => this.backend.picture(picture),
    name: () => this.name,
    tell: (sentence) => this.tell(sentence),
    complain: (error) => this.complain(error),
    backgroundChanged: (chosen) => this.view.background(chosen),
  });
  private readonly ready: Promise<Ready>;
  private crossAt: Place | undefined;
  private name = "photo";
  private open = false;
  private opening = 0;
  private asking = 0;

  constructor(private readonly backend: Calls) {
    new Gestures(this.stage, this.viewport, this.heard);
    listenToSources((source) => void this.take(source), (error) => this.complain(error));
    listenToShortcuts((shortcut) => this.does(shortcut), () => this.compare(false));
    this.listenToButtons();
    this.ready = this.load();
    this.ready.catch(() => undefined); // said already
  }

  private async load(): Promise<Ready> {
    try {
      const ready = await this.backend.load();
      this.details.loaded(ready);
      this.tell("Ready. Choose, drop or paste a photo.");
      return ready;
    } catch (error) {
      this.complain(error);
      throw error;
    } finally {
      find("progress", HTMLProgressElement).hidden = true;
    }
  }

  private listenToButtons(): void {
    for (const action of ["undo", "redo", "clear"] as const) {
      button(action).addEventListener("click", () => this.change(action));
    }
    button("zoom-in").addEventListener("click", () => this.viewport.zoom(1.5));
    button("zoom-out").addEventListener("click", () => this.viewport.zoom(1 / 1.5));
    button("zoom-fit").addEventListener("click", () => this.viewport.fit());
    const compare = button("compare");
    compare.addEventListener("pointerdown", () => this.compare(true));
    for (const end of ["pointerup", "pointerleave", "pointercancel"]) {
      compare.addEventListener(end, () => this.compare(false));
    }
    // Of a keyboard or a screen reader: on, and off again.
    compare.addEventListener("click", (event) => {
      if (event.detail === 0) {
        this.compare(compare.ariaPressed !== "true");
      }
    });
  }

  private does(shortcut: Shortcut): void {
    const actions: Record<Exclude<Shortcut, "undo" | "redo" | "clear">, () => void> = {
      choose: () => button("choose").click(),
      download: () => button("download").click(),
      zoomIn: () => this.viewport.zoom(1.5),
      zoomOut: () => this.viewport.zoom(1 / 1.5),
      fit: () => this.viewport.fit(),
      compare: () => this.compare(true),
    };
    if (shortcut === "undo" || shortcut === "redo" || shortcut === "clear") {
      this.change(shortcut);
    } else {
      actions[shortcut]();
    }
  }

  private async take({ blob, name }: Source): Promise<void> {
    const turn = ++this.opening;
    const start = performance.now();
    ++this.asking; // what is under way is of the former photo
    this.tell("Opening the photo …", true);
    try {
      await this.ready;
      const opened = await this.backend.open(blob);
      if (turn !== this.opening) {
        return;
      }
      this.name = name;
      this.show(blob, opened);
      this.details.opened(opened);
    } catch (error) {
      if (turn === this.opening) {
        this.complain(error);
      }
      return;
    }
    await this.predict(start);
  }

  private show(blob: Blob, size: { width: number; height: number }): void {
    this.open = true;
    this.history.forget();
    this.candidates.forget();
    this.cross.forget();
    this.crossAt = undefined;
    find("welcome", HTMLElement).hidden = true;
    this.stage.hidden = find("tools", HTMLElement).hidden = find("zoom", HTMLElement).hidden = false;
    this.view.show(blob, size);
    this.view.background(this.results.background);
    this.viewport.show(size);
  }

  private tap(place: Place, inverted: boolean): void {
    this.add({ kind: adds(inverted) ? "foreground" : "background", ...place });
  }

  private stepOf(drawn: Drawn): Step {
    if ("box" in drawn) {
      return { kind: "box", ...drawn.box };
    }
    const { width, height } = this.viewport.photo;
    const points = along(drawn.stroke, Math.max(width, height));
    return { kind: "stroke", foreground: adds(drawn.inverted), points };
  }

  private add(step: Step): void {
    if (this.open) {
      this.history.add(step);
      this.candidates.forget();
      void this.predict();
    }
  }

  private change(action: "undo" | "redo" | "clear"): void {
    if (this.open) {
      this.history[action]();
      this.candidates.forget();
      void this.predict();
    }
  }

  private compare(on: boolean): void {
    button("compare").ariaPressed = String(on);
    this.view.compare(on);
  }

  private draw(drawn?: Drawn): void {
    const drawing: Step | undefined = drawn === undefined ? undefined
      : "box" in drawn ? { kind: "box", ...drawn.box }
        : { kind: "stroke", foreground: adds(drawn.inverted), points: drawn.stroke };
    this.view.prompts(this.history.now, drawing, this.crossAt);
    button("undo").disabled = !this.history.canUndo;
    button("redo").disabled = !this.history.canRedo;
    button("clear").disabled = this.history.now.length === 0;
  }

  /** `start`: of what the person waits for. */
  private async predict(start = performance.now()): Promise<void> {
    const turn = ++this.asking;
    this.draw();
    this.tell("Segmenting …", true);
    try {
      const found = await this.backend.predict(this.history.now, this.candidates.chosen);
      if (turn === this.asking) {
        this.showFound(found);
        // For browsers' tools and benchmarks/web_latency.py.
        performance.measure("mask", { start, detail: found.timings });
      }
    } catch (error) {
      if (turn === this.asking) {
        this.view.outline("");
        this.results.enable(false);
        this.complain(error);
      }
    }
  }

  private showFound(found: Found): void {
    const { width, height } = this.viewport.photo;
    this.view.outline(found.path);
    this.results.enable(found.area > 0);
    this.candidates.show(found.candidateCount, found.candidate);
    this.details.found(found);
    const count = this.history.now.length;
    const how = count === 0 ? "Found by itself" : `${count} prompt${count > 1 ? "s" : ""}`;
    const part = ((100 * found.area) / (width * height)).toFixed(1);
    this.tell(`${how}: ${part} % of the photo, in ${Math.round(found.total)} ms.`);
  }

  private tell(sentence: string, busy = false): void {
    find("status", HTMLElement).textContent = sentence;
    document.body.classList.toggle("busy", busy);
  }

  private complain(error: unknown): void {
    this.tell(sentenceOf(error));
  }
}

const adds = (inverted: boolean): boolean => !inverted && chosen("mode") !== "background";

/** Of what is being loaded. */
export function showProgress({ loaded, total }: Loading): void {
  find("progress", HTMLProgressElement).value = total === 0 ? 0 : loaded / total;
}
