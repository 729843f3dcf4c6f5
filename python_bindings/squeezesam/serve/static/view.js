// What is seen on the stage: the photo, the mask's outline, the prompts.

const SVG = "http://www.w3.org/2000/svg";

export class View {
  #stage;
  #photo;
  #marks;
  #unit = 1;
  #size = { width: 1, height: 1 };

  constructor(stage) {
    this.#stage = stage;
    this.#photo = stage.querySelector("#photo");
    this.#marks = stage.querySelector("#marks");
  }

  get size() {
    return this.#size;
  }

  /** Shows a photo of this size, in pixels of the upright photo. */
  show(blob, width, height) {
    URL.revokeObjectURL(this.#photo.src);
    this.#size = { width, height };
    this.#unit = Math.max(width, height) / 100;
    this.#photo.width = width;
    this.#photo.height = height;
    this.#photo.src = URL.createObjectURL(blob);
    this.#marks.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.outline("");
    this.#stage.hidden = false;
  }

  /** path: of the mask's outline; all else is shaded. */
  outline(path) {
    const { width, height } = this.#size;
    this.#path("#outline", path);
    this.#path("#shade", path ? `M0,0H${width}V${height}H0Z${path}` : "");
  }

  /** prompts: as the server takes them; preview: a box that is being drawn; cross: the keys' place. */
  prompts(prompts, preview, cross) {
    const box = preview ?? prompts.findLast(({ type }) => type === "box");
    const drawn = prompts.filter(({ type }) => type !== "box").map((point) => this.#click(point));
    if (box) drawn.unshift(this.#box(box));
    if (cross) drawn.push(this.#cross(cross));
    this.#marks.querySelector("#clicks").replaceChildren(...drawn);
  }

  #path(selector, path) {
    this.#marks.querySelector(selector).setAttribute("d", path);
  }

  #click({ type, x, y }) {
    return drawing("circle", type, { cx: x + 0.5, cy: y + 0.5, r: this.#unit });
  }

  #box({ x0, y0, x1, y1 }) {
    const place = { x: x0 + 0.5, y: y0 + 0.5, width: x1 - x0, height: y1 - y0 };
    return drawing("rect", "box", place);
  }

  #cross({ x, y }) {
    const arm = 2 * this.#unit;
    const d = `M${x + 0.5 - arm},${y + 0.5}h${2 * arm}M${x + 0.5},${y + 0.5 - arm}v${2 * arm}`;
    return drawing("path", "cross", { d });
  }
}

function drawing(name, kind, attributes) {
  const element = document.createElementNS(SVG, name);
  element.setAttribute("class", kind);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
