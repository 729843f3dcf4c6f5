// The segmenter behind the page of `squeezesam serve`: sessions of its REST API (docs/serve.md).
import { canvasOf, drawBehind } from "../backdrop.js";
import { promptsOf } from "../prompts.js";
import type { Calls, Found, Loading, Opened, Picture, Ready, Stages, Step } from "../protocol.js";
import { Failed } from "./failed.js";

interface Health {
  readonly bundle: string;
  readonly licence: string;
  readonly bytes: number;
  readonly engine: string;
  readonly version: string;
}

interface Open {
  readonly photo: Blob;
  session: string;
  readonly width: number;
  readonly height: number;
  /** What the mask that was found last was asked for with. */
  order: object;
}

const STAGES = ["open", "clicks", "prompts", "mask"] as const;

export class ServerBackend implements Calls {
  private now: Open | undefined;
  private opening = 0;
  /** Of the prediction under way. */
  private asking = new AbortController();

  constructor(private readonly heardLoading: (loading: Loading) => void) {}

  async load(): Promise<Ready> {
    const start = performance.now();
    const health = (await (await ask("health")).json()) as Health;
    this.heardLoading({ loaded: 1, total: 1 });
    return {
      model: health.bundle,
      licence: health.licence,
      modelBytes: health.bytes,
      engine: `${health.engine} of squeezesam ${health.version} on the server`,
      milliseconds: performance.now() - start,
    };
  }

  async open(photo: Blob): Promise<Opened> {
    const turn = ++this.opening;
    const start = performance.now();
    const { session, width, height } = await send(photo);
    if (turn !== this.opening) {
      forget(session);
    } else {
      this.close();
      this.now = { photo, session, width, height, order: {} };
    }
    return { width, height, decoding: performance.now() - start };
  }

  async predict(steps: readonly Step[], candidate: number | undefined): Promise<Found> {
    const now = this.opened();
    const start = performance.now();
    this.asking.abort();
    this.asking = new AbortController();
    const prompts = promptsOf(steps).map(({ kind, ...place }) => ({ type: kind, ...place }));
    const order = { prompts, ...(candidate === undefined ? {} : { candidate }) };
    const answer = await this.ask(now, { ...order, format: "contour" }, this.asking.signal);
    const path = outlineOf(await answer.text());
    now.order = order;
    const number = (name: string): number => Number(answer.headers.get(`Squeezesam-${name}`));
    return {
      path,
      score: number("Score"),
      candidate: number("Candidate"),
      candidateCount: number("Candidates"),
      area: number("Area"),
      automatic: answer.headers.get("Squeezesam-Automatic") === "true",
      timings: stagesOf(answer.headers.get("Server-Timing") ?? ""),
      total: performance.now() - start,
    };
  }

  async picture({ form, background, crop }: Picture): Promise<Blob> {
    const now = this.opened();
    const answer = await this.ask(now, { ...now.order, format: form, crop: crop && form === "cutout" });
    const picture = await answer.blob();
    if (form === "mask" || background === "transparent") {
      return picture;
    }
    const image = await createImageBitmap(picture);
    const [x = 0, y = 0] = (answer.headers.get("Squeezesam-Place") ?? "").split(" ").map(Number);
    const pixels = { width: image.width, height: image.height, x, y };
    const [canvas, context] = canvasOf(pixels);
    context.drawImage(image, 0, 0);
    image.close();
    await drawBehind(context, background, now, pixels);
    return canvas.convertToBlob({ type: "image/png" });
  }

  /** Lets the server forget the photo. */
  close(): void {
    if (this.now !== undefined) {
      forget(this.now.session);
      this.now = undefined;
    }
  }

  private opened(): Open {
    if (this.now === undefined) {
      throw new Error("no photo is open");
    }
    return this.now;
  }

  /** A photo that the server has forgotten meanwhile is sent again. */
  private async ask(now: Open, order: object, signal?: AbortSignal): Promise<Response> {
    const request = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(order),
      ...(signal === undefined ? {} : { signal }),
    };
    try {
      return await ask(`sessions/${now.session}/predict`, request);
    } catch (error) {
      if (!(error instanceof Failed) || error.name !== "no_session") {
        throw error;
      }
    }
    now.session = (await send(now.photo)).session;
    return ask(`sessions/${now.session}/predict`, request);
  }
}

async function send(photo: Blob): Promise<Opened & { session: string }> {
  const form = new FormData();
  form.append("photo", photo, "photo");
  const answer = await ask("sessions", { method: "POST", body: form });
  return (await answer.json()) as Opened & { session: string };
}

function forget(session: string): void {
  fetch(`sessions/${session}`, { method: "DELETE", keepalive: true }).catch(() => undefined);
}

async function ask(path: string, request: RequestInit = {}): Promise<Response> {
  const answer = await fetch(path, request).catch((error: unknown) => {
    const overtaken = error instanceof DOMException && error.name === "AbortError";
    throw overtaken ? new Failed("CancelledError", "a later request has taken its place")
      : new Failed("gone", "the server does not answer; is it still running?");
  });
  if (answer.ok) {
    return answer;
  }
  const told = (await answer.json().catch(() => ({}))) as { error?: string; detail?: string };
  throw new Failed(told.error ?? "failed", told.detail ?? `the server says ${answer.status}`);
}

function outlineOf(svg: string): string {
  const drawing = new DOMParser().parseFromString(svg, "image/svg+xml");
  return drawing.querySelector("path")?.getAttribute("d") ?? "";
}

/** What the header Server-Timing says: `open;dur=1.5, heat;desc=program;dur=10`. */
function stagesOf(header: string): Stages {
  const programs: Record<string, number> = {};
  const stages: Partial<Record<(typeof STAGES)[number], number>> = {};
  for (const [, name = "", program, spent] of
    header.matchAll(/([\w.-]+)(;desc=program)?;dur=([\d.]+)/g)) {
    const stage = STAGES.find((known) => known === name);
    if (program !== undefined) {
      programs[name] = Number(spent);
    } else if (stage !== undefined) {
      stages[stage] = Number(spent);
    }
  }
  return { ...stages, programs };
}
