// What is drawn on the sheet: the photo, the mask's outline, the prompts.
import type { Background, Place, Step } from "../protocol.js";
import { find } from "./elements.js";
import type { Size } from "./viewport.js";

export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** What a drag or the keys have drawn, in pixels of the photo; `inverted`: it takes away. */
export type Drawn =
  | { readonly box: Box }
  | { readonly stroke: readonly Place[]; readonly inverted: boolean };

const SVG = "http://www.w3.org/2000/svg";
const LINES = ["halo", "outline"] as const;

export class View {
  private readonly photo = find("photo", HTMLImageElement);
  private readonly marks = find("marks", SVGSVGElement);
  private size: Size = { width: 1, height: 1 };

  /** Takes a photo; its outline is drawn later. */
  show(blob: Blob, size: Size): void {
    this.size = size;
    URL.revokeObjectURL(this.photo.src);
    this.photo.src = URL.createObjectURL(blob);
    this.marks.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    this.outline("");
  }

  /** `path`: of the mask; all else is shaded. */
  outline(path: string): void {
    const { width, height } = this.size;
    for (const line of LINES) {
      find(line, SVGPathElement).setAttribute("d", path);
    }
    const around = path === "" ? "" : `M0,0H${width}V${height}H0Z${path}`;
    find("shade", SVGPathElement).setAttribute("d", around);
  }

  background(background: Background): void {
    const plain = background === "transparent";
    this.marks.classList.toggle("covered", !plain);
    find("shade", SVGPathElement).style.fill =
      plain ? "" : "colour" in background ? background.colour : this.scenery(background.picture);
  }

  /** The fill of a picture that is as large as the photo. */
  private scenery(picture: Blob): string {
    const pattern = find("scenery", SVGPatternElement);
    const image = pattern.firstElementChild as SVGImageElement;
    for (const element of [pattern, image]) {
      element.setAttribute("width", String(this.size.width));
      element.setAttribute("height", String(this.size.height));
    }
    URL.revokeObjectURL(image.href.baseVal);
    image.setAttribute("href", URL.createObjectURL(picture));
    return "url(#scenery)";
  }

  /** Without marks the photo is seen as it was. */
  compare(on: boolean): void {
    this.marks.classList.toggle("away", on);
  }

  /** `drawn`: the step that is being drawn; `cross`: the place of the keys. */
  prompts(given: readonly Step[], drawn: Step | undefined, cross: Place | undefined): void {
    const steps = drawn === undefined ? given : [...given, drawn];
    const box = steps.findLast((step) => step.kind === "box");
    const marks = steps.flatMap(markOf);
    if (box !== undefined) {
      marks.unshift(rectangle(box));
    }
    if (cross !== undefined) {
      marks.push(crossHair(cross, this.size));
    }
    find("prompts", SVGGElement).replaceChildren(...marks);
  }
}

/** Of boxes only the last counts: it is drawn apart. */
function markOf(step: Step): SVGElement[] {
  if (step.kind === "stroke") {
    return [line(step.foreground ? "foreground" : "background", step.points)];
  }
  return step.kind === "box" ? [] : [click(step.kind, step)];
}

function line(kind: "foreground" | "background", points: readonly Place[]): SVGElement {
  const group = drawing("g", `${kind} stroke`, {});
  const d = `M${points.map(({ x, y }) => `${x + 0.5},${y + 0.5}`).join("L")}`;
  group.append(drawing("path", "rim", { d }), drawing("path", "line", { d }));
  return group;
}

/** A dot: a line of no length, as wide on the screen at any zoom, with its sign inside. */
function click(kind: "foreground" | "background", { x, y }: Place): SVGElement {
  const group = drawing("g", kind, {});
  const dot = `M${x + 0.5},${y + 0.5}h0`;
  group.append(drawing("path", "rim", { d: dot }), drawing("path", "dot", { d: dot }));
  return group;
}

function rectangle({ x0, y0, x1, y1 }: Box): SVGElement {
  return drawing("rect", "box", { x: x0 + 0.5, y: y0 + 0.5, width: x1 - x0, height: y1 - y0 });
}

function crossHair({ x, y }: Place, { width, height }: Size): SVGElement {
  const d = `M0,${y + 0.5}H${width}M${x + 0.5},0V${height}`;
  return drawing("path", "cross", { d });
}

function drawing(name: string, kind: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name) as SVGElement;
  element.setAttribute("class", kind);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, String(value));
  }
  return element;
}
